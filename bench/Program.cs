using System.CommandLine;
using Sluice.Bench;
using Sluice.Bench.Echo;
using Sluice.Bench.Load;

if (args is [EchoServer.Argument])
{
    await EchoServer.RunAsync();
    return 0;
}

LoadGenerator.UseOneThread();
try
{
    return await BenchCommand.Create().Parse(args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BenchFailure failure)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
