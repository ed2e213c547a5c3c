namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

/// <summary>Something that can be changed by whoever holds it.</summary>
[GenerateSerializer, Alias("test.crate")]
public sealed class Crate
{
    [Id(0)] public List<string> Items { get; set; } = [];

    [Id(1)] public Dictionary<string, int[]> Counts { get; init; } = [];

    /// <summary>A crate may hold itself.</summary>
    [Id(2)] public Crate? Inner { get; set; }
}

/// <summary>A grain that keeps what it is given.</summary>
[Alias("test.box")]
public interface IBoxGrain : IGrainWithStringKey
{
    [Alias("put")]
    Task PutAsync(Crate crate);

    [Alias("get")]
    Task<Crate> GetAsync();

    [Alias("add")]
    Task AddAsync(string item);

    [Alias("sort")]
    Task<int[]> SortAsync(int[] numbers);
}

[GrainType("test-box")]
public sealed class BoxGrain : Grain, IBoxGrain
{
    private Crate _crate = new();

    public Task PutAsync(Crate crate)
    {
        _crate = crate;
        return Task.CompletedTask;
    }

    public Task<Crate> GetAsync() => Task.FromResult(_crate);

    public Task AddAsync(string item)
    {
        _crate.Items.Add(item);
        return Task.CompletedTask;
    }

    public Task<int[]> SortAsync(int[] numbers)
    {
        Array.Sort(numbers);
        return Task.FromResult(numbers);
    }
}
