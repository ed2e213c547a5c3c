using Sluice.CrashWriter;
using Sluice.Grains.Interfaces;
using Sluice.Storage;
using Sluice.Testing;

// Writes until it is killed, and prints each write once it was acknowledged: the writer's number and its count.
const int Writers = 16;
using var store = SluiceStore.Open(new() { DataDirectory = args[0], Json = new() { TypeInfoResolver = CounterJson.Default } });
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
