using Sluice.CrashWriter;
using Sluice.Grains.Interfaces;
using Sluice.Testing;

// Writes until it is killed, and prints each write once it was acknowledged: the writer's number and its count. What it
// writes to is a folder or, as postgres://, a database, with "shared" where it is not alone.
const int Writers = 16;
using var store = CounterStore.Open(args[0], args.Length > 1 && args[1] == "shared");
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteForeverAsync(writer))));

async Task WriteForeverAsync(int writer)
{
    var id = GrainId.Create("job", GrainKeys.Job("default", $"writer-{writer}"));
    var state = new TestGrainState<CounterState>();
    await store.ReadStateAsync("job", id, state);
    while (true)
    {
        state.State.Count++;
        await store.WriteStateAsync("job", id, state);
        output.WriteLine($"{writer} {state.State.Count}");
    }
}
