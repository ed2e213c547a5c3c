using Sluice.EmbeddedHost.Tests.Promises;

namespace Sluice.EmbeddedHost.Tests.Embedded;

public sealed class EmbeddedTurns(EmbeddedTestHost host) : TurnPromises<EmbeddedTestHost>(host);

public sealed class EmbeddedActivations(EmbeddedTestHost host) : ActivationPromises<EmbeddedTestHost>(host);

public sealed class EmbeddedStates(EmbeddedTestHost host) : StatePromises<EmbeddedTestHost>(host);

public sealed class EmbeddedCopies(EmbeddedTestHost host) : CopyPromises<EmbeddedTestHost>(host);

public sealed class EmbeddedTimers(EmbeddedTestHost host) : TimerPromises<EmbeddedTestHost>(host);
