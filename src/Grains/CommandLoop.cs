using System.Threading.Channels;

namespace Sluice.Grains;

/// <summary>
/// The list that a hot grain's calls join, and the one loop that folds all that wait in the order of their arrival. It
/// runs on the turns of the grain that starts it. Once a fold has failed nothing is folded any more: what is stored is
/// unknown then, and the next activation reads it.
/// </summary>
/// <typeparam name="TCommand">What waits.</typeparam>
/// <param name="maxQueued">Commands that wait at a time; more callers wait.</param>
/// <param name="maxBatch">Commands that are folded at once.</param>
/// <param name="maxYields">
/// Turns that a fold lets pass for callers who were just answered and will be back at once. A commit costs a write to
/// the disk however little is in it: without this, callers in a closed loop split into two halves that wait for each
/// other's commits for good.
/// </param>
/// <param name="fold">Folds, commits, and answers a batch.</param>
/// <param name="onFailed">Called once, after all that waited were told.</param>
internal sealed class CommandLoop<TCommand>(
    int maxQueued, int maxBatch, int maxYields, Func<IReadOnlyList<TCommand>, Task> fold, Action<Exception> onFailed)
    where TCommand : LoopCommand
{
    private readonly Channel<TCommand> _commands = Channel.CreateBounded<TCommand>(
        new BoundedChannelOptions(maxQueued) { SingleReader = true });

    private Task _running = Task.CompletedTask;
    private Exception? _failure;

    public void Start() => _running = RunAsync();

    /// <summary>Takes nothing more; completes when all that was taken is folded.</summary>
    public Task StopAsync()
    {
        _commands.Writer.TryComplete();
        return _running;
    }

    /// <summary>Has a command folded. Its own task tells when it was.</summary>
    /// <exception cref="InvalidOperationException">A fold has failed, or the loop was stopped.</exception>
    public ValueTask JoinAsync(TCommand command) =>
        _failure is { } failure ? throw Over(failure)
        : _commands.Writer.TryWrite(command) ? ValueTask.CompletedTask
        : WaitAndJoinAsync(command);

    private static InvalidOperationException Over(Exception? cause) =>
        new("the grain is being loaded anew; what was asked may be asked again", cause);

    private async ValueTask WaitAndJoinAsync(TCommand command)
    {
        try
        {
            await _commands.Writer.WriteAsync(command);
        }
        catch (ChannelClosedException)
        {
            throw Over(_failure);
        }
    }

    private async Task RunAsync()
    {
        var batch = new List<TCommand>();
        var recentCallers = 1;
        try
        {
            while (await _commands.Reader.WaitToReadAsync())
            {
                for (var turn = 0; turn < maxYields && _commands.Reader.Count < recentCallers; turn++)
                {
                    await Task.Yield();
                }

                batch.Clear();
                while (batch.Count < maxBatch && _commands.Reader.TryRead(out var command))
                {
                    batch.Add(command);
                }

                await fold(batch);
                recentCallers = batch.Count + _commands.Reader.Count;
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
            _commands.Writer.TryComplete();
            while (_commands.Reader.TryRead(out var command))
            {
                batch.Add(command);
            }

            batch.ForEach(command => command.Fail(failure));
            onFailed(failure);
        }
    }
}

/// <summary>What waits for a <see cref="CommandLoop{TCommand}"/>.</summary>
internal abstract class LoopCommand
{
    /// <summary>Tells the caller that the outcome is unknown.</summary>
    public abstract void Fail(Exception failure);
}
