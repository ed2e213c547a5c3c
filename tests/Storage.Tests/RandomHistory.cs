using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Testing;

namespace Sluice.Storage.Tests;

/// <summary>
/// Writers that remember what they last knew, on one store; the same history can be played on another.
/// </summary>
internal sealed class RandomHistory(DateTimeOffset start)
{
    private const int KeysADomain = 12;

    // Commands of different keys are played at once.
    private readonly ConcurrentDictionary<string, string?> _known = new();
    private readonly ConcurrentDictionary<string, string?> _outdated = new();

    public static string[] Domains { get; } = ["default", "other"];

    public static string[] Owners { get; } = ["pool/default", "pool/other"];

    /// <summary>Several writes at once, of different keys.</summary>
    public static List<Command> AnyCommands(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => AnyCommand(random)).DistinctBy(command => command.Key)];

    /// <returns>What the writer was told.</returns>
    public async Task<string> PlayAsync(Command command, IGrainStorage records, IRowCollections rows)
    {
        var etag = (command.IsOutdated ? _outdated : _known).GetValueOrDefault(command.Key);
        try
        {
            var next = command.Kind switch
            {
                CommandKind.Rows => await rows.CommitAsync(ToBatch(command, etag)),
                CommandKind.Record => await WriteAsync(
                    records, command, etag, new TestRecord { Text = $"{command.Value}" }),
                _ => await WriteAsync(records, command, etag, ToJob(command)),
            };
            _outdated[command.Key] = _known.GetValueOrDefault(command.Key);
            _known[command.Key] = next;
            return "committed";
        }
        catch (InconsistentStateException)
        {
            return "conflict";
        }
    }

    private static Command AnyCommand(Random random)
    {
        var kind = random.Next(10) switch { 0 => CommandKind.Rows, 1 => CommandKind.Record, _ => CommandKind.Job };
        var key = kind switch
        {
            CommandKind.Rows => Owners[random.Next(Owners.Length)],
            CommandKind.Record => $"settings/{random.Next(3)}",
            _ => GrainKeys.Job(Domains[random.Next(Domains.Length)], $"job-{random.Next(KeysADomain)}"),
        };
        return new(kind, key, random.Next(1_000), IsOutdated: random.Next(8) == 0, IsClear: random.Next(12) == 0);
    }

    private static async Task<string?> WriteAsync<T>(IGrainStorage records, Command command, string? etag, T value)
        where T : new()
    {
        var state = new TestGrainState<T> { State = value, ETag = etag };
        var id = GrainId.Create("any", command.Key);
        await (command.IsClear
            ? records.ClearStateAsync("state", id, state)
            : records.WriteStateAsync("state", id, state));
        return state.ETag;
    }

    private TestJob ToJob(Command command) => new()
    {
        Note = command.Value.ToString(CultureInfo.InvariantCulture),
        IsActive = command.Value % 3 != 0,
        IsRunnable = command.Value % 3 == 2,
        IsDeleted = command.Value % 5 == 0,
        DueAt = command.Value % 4 == 0 ? start.AddMinutes(command.Value) : null,
        NewEvents = command.Value % 2 == 0 ? ToEvents(command, GrainKeys.ParseJob(command.Key).JobName) : [],
    };

    private RowBatch ToBatch(Command command, string? etag) => new()
    {
        Owner = command.Key,
        ExpectedETag = etag,
        Upserts = [new($"c{command.Value % 2}", $"{command.Value % 7}", new byte[command.Value])],
        Deletes = [($"c{command.Value % 3}", $"{command.Value % 5}")],
        DueAt = command.Value % 3 == 0 ? start.AddMinutes(command.Value) : null,
        Events = ToEvents(command, jobName: null),
    };

    private ImmutableArray<NewEvent> ToEvents(Command command, string? jobName) =>
    [
        .. Enumerable.Range(0, command.Value % 3).Select(place => new NewEvent
        {
            At = start.AddSeconds(command.Value),
            Kind = $"{command.Value}-{place}",
            JobName = jobName,
            Uid = jobName is null ? null : $"uid-{command.Value}",
            Body = new byte[command.Value],
        }),
    ];

    internal enum CommandKind
    {
        None = 0,
        Job = 1,
        Record = 2,
        Rows = 3,
    }

    internal sealed record Command(CommandKind Kind, string Key, int Value, bool IsOutdated, bool IsClear);
}
