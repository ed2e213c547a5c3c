namespace Sluice.Simulation.Engine;

/// <summary>
/// All chance of a history, from one seed. Each place that draws has a stream of its own, named by what it stands for,
/// so that leaving out one happening does not change what all the others draw.
/// </summary>
internal sealed class Chance(ulong seed, IReadOnlySet<string>? only = null)
{
    /// <summary>A history with more of them is too long for a reduction that replays it hundreds of times.</summary>
    public const int MaxNoted = 100_000;

    private readonly Dictionary<string, ChanceStream> _streams = new(StringComparer.Ordinal);
    private List<string>? _happened = [];

    /// <summary>True: nothing goes wrong any more.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>
    /// Everything that the seed made happen, in order; a replay can have some of it only. Null: more than
    /// <see cref="MaxNoted"/>.
    /// </summary>
    public IReadOnlyList<string>? Happened => _happened;

    /// <summary>The stream of a place that comes up again and again: it goes on where it was.</summary>
    public ChanceStream Stream(string name)
    {
        if (!_streams.TryGetValue(name, out var stream))
        {
            _streams.Add(name, stream = NewStream(name));
        }

        return stream;
    }

    /// <summary>The stream of something that comes up once: nobody keeps it but who draws from it.</summary>
    public ChanceStream NewStream(string name) => new(this, name, Mix(seed ^ Hash(name)));

    /// <summary>Notes a happening; false where this replay leaves it out.</summary>
    public bool Note(string happening)
    {
        if (only?.Contains(happening) == false)
        {
            return false;
        }

        if (_happened?.Count == MaxNoted)
        {
            _happened = null;
        }

        _happened?.Add(happening);
        return true;
    }

    /// <summary>SplitMix64: small, fast, and the same everywhere.</summary>
    internal static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>FNV-1a: the hash of strings that .NET has differs from process to process.</summary>
    private static ulong Hash(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 0x100000001B3;
        }

        return hash;
    }
}

/// <summary>The draws of one place.</summary>
internal sealed class ChanceStream(Chance chance, string name, ulong state)
{
    private ulong _state = state;
    private long _asked;

    /// <summary>From 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Is(double probability) => Fraction() < probability;

    public T Pick<T>(IReadOnlyList<T> among) => among[Below(among.Count)];

    /// <summary>Null: there are none.</summary>
    public T? PickOrNone<T>(IEnumerable<T> among)
        where T : class => among.ToList() is { Count: > 0 } list ? Pick(list) : null;

    /// <summary>Short times are as likely as long ones, by their order of magnitude.</summary>
    public TimeSpan Span(double leastSeconds, double mostSeconds) =>
        TimeSpan.FromSeconds(leastSeconds * Math.Pow(mostSeconds / leastSeconds, Fraction()));

    /// <summary>
    /// Whether something out of the ordinary happens here and now: never in quiet times, nor where it is left out.
    /// </summary>
    public bool Strikes(double probability, string what)
    {
        var place = _asked++;
        return Is(probability) && !chance.IsQuiet && chance.Note($"{name}:{what}:{place}");
    }

    private ulong Next() => Chance.Mix(_state++);
}
