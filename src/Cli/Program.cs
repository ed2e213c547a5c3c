using Sluice.Cli;
using Sluice.Cli.Serving;

// First, and past everything else: a runner is started with every job, and handles signals by itself.
if (args is ["runner", ..])
{
    return await RunnerCommand.RunAsync(args[1..]);
}

using var interruption = new Interruption();
return await SluiceCommand.RunAsync(args, CliEnvironment.OfProcess(), interruption.Token);
