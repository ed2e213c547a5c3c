using Sluice.Bench.Echo;
using Sluice.Bench.Load;
using Sluice.Bench.Works;

namespace Sluice.Bench.Servers;

/// <summary>The echo and the load on it.</summary>
internal sealed class EchoProcess : IDisposable
{
    private readonly RunningServer _process;
    private readonly LoadGenerator _load;
    private readonly ControlClient _control;

    private EchoProcess(RunningServer process, LoadGenerator load)
    {
        _process = process;
        _load = load;
        _control = new ControlClient(process.Address);
    }

    public static async Task<EchoProcess> StartAsync(CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath ?? throw new BenchFailure("the bench's own program is not known");
        var process = new RunningServer(
            [await ServerProcess.StartAsync(program, [EchoServer.Argument], cancellationToken)]);
        return new EchoProcess(process, LoadGenerator.Connect(process.Address));
    }

    public Task<LoadResult> RunAsync(
        IWork work, TimeSpan duration, CancellationToken cancellationToken,
        int connections = LoadGenerator.ConnectionCount) =>
        _process.MeasureAsync(() => _load.RunAsync(work, duration, cancellationToken, connections));

    /// <summary>Work that gets bytes from the echo's memory.</summary>
    public async Task<IWork> BytesAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await _control.PutAsync("/bytes", bytes, cancellationToken);
        return new SameAnswer("/bytes", bytes);
    }

    public void Dispose()
    {
        _load.Dispose();
        _control.Dispose();
        _process.Dispose();
    }
}
