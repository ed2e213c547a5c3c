using Sluice.EmbeddedHost.Tests.Promises;

namespace Sluice.EmbeddedHost.Tests.OrleansHost;

public sealed class OrleansTurns(OrleansTestHost host) : TurnPromises<OrleansTestHost>(host);

public sealed class OrleansActivations(OrleansTestHost host) : ActivationPromises<OrleansTestHost>(host);

public sealed class OrleansStates(OrleansTestHost host) : StatePromises<OrleansTestHost>(host);

public sealed class OrleansCopies(OrleansTestHost host) : CopyPromises<OrleansTestHost>(host);

public sealed class OrleansTimers(OrleansTestHost host) : TimerPromises<OrleansTestHost>(host);
