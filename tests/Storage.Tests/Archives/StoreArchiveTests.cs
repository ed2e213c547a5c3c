using System.IO.Compression;
using System.Text;
using Sluice.Grains.Interfaces;
using Sluice.Storage.Archives;
using Sluice.Storage.Tests.Postgres;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Archives;

/// <summary>What one store holds, put into another of any dialect, is the same afterwards, and nothing is halved.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class StoreArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PostgresDatabase _database = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Everything_comes_through_PostgreSQL_and_back_as_it_was()
    {
        using (var store = OpenFolder("first"))
        {
            await FillAsync(store);
        }

        Folder("first").Export(PathOf("a"));
        Database().Import(PathOf("a"));
        Database().Export(PathOf("b"));
        Folder("second").Import(PathOf("b"));
        Folder("second").Export(PathOf("c"));

        var lines = LinesOf("a");
        Assert.Equal(lines, LinesOf("b"));
        Assert.Equal(lines, LinesOf("c"));
        foreach (var kind in new[] { "domain", "job", "record", "owner", "row", "event" })
        {
            Assert.Contains(lines, line => line.StartsWith($$"""{"is":"{{kind}}",""", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_store_goes_on_after_an_import_where_the_other_ended()
    {
        var history = new RandomHistory(_time.GetUtcNow());
        long newest;
        using (var store = OpenFolder("first"))
        {
            await FillAsync(store, history);
            newest = await store.ReadNewestChangeAsync("default");
        }

        Folder("first").Export(PathOf("a"));
        Database().Import(PathOf("a"));

        using var imported = SluiceStore.OpenPostgres(new() { Json = TestJson.NewOptions() }, _database.Options());
        Assert.Equal(newest, await imported.ReadNewestChangeAsync("default"));
        // Writers that knew the etags of the first store write on; new owners and domains get ids of their own.
        var random = new Random(7);
        for (var step = 0; step < 50; step++)
        {
            foreach (var command in RandomHistory.AnyCommands(random))
            {
                var told = await history.PlayAsync(command, imported, imported);
                Assert.True(command.IsOutdated || told == "committed", $"{command} ended with {told}");
            }
        }

        await imported.CommitAsync(new() { Owner = "pool/new", ExpectedETag = null, Upserts = [new("c", "k", "1"u8.ToArray())] });
        Assert.Single((await imported.LoadAsync("pool/new")).Rows);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task An_export_beside_writers_is_of_one_moment(string dialect)
    {
        using var store = dialect == "SQLite"
            ? OpenFolder("first")
            : SluiceStore.OpenPostgres(new() { Json = TestJson.NewOptions() }, _database.Options());
        var archive = dialect == "SQLite" ? Folder("first") : Database();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            var history = new RandomHistory(_time.GetUtcNow());
            var random = new Random(3);
            while (!stop.IsCancellationRequested)
            {
                foreach (var command in RandomHistory.AnyCommands(random))
                {
                    await history.PlayAsync(command, store, store);
                    written++;
                }
            }
        });
        for (var export = 0; export < 5; export++)
        {
            var before = Volatile.Read(ref written);
            await Eventually.IsTrueAsync(() => Volatile.Read(ref written) > before + 20, "there are writes");

            archive.Export(PathOf($"{export}"));

            var rows = RowsOf($"{export}");
            foreach (var domain in rows.OfType<ArchivedDomain>())
            {
                // Each counter is that of the newest row that it counted.
                var changes = rows.OfType<ArchivedJob>().Where(job => job.Domain == domain.Name).Select(job => job.Change);
                var events = rows.OfType<ArchivedEvent>().Where(one => one.Domain == domain.Name).Select(one => one.Number);
                Assert.Equal(domain.NewestChange, changes.DefaultIfEmpty(0).Max());
                Assert.Equal(Enumerable.Range(1, (int)domain.NewestEvent).Select(number => (long)number), events);
            }
        }

        await stop.CancelAsync();
        await writing;
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task A_file_that_is_not_whole_leaves_nothing(string dialect)
    {
        using (var store = OpenFolder("first"))
        {
            await FillAsync(store);
        }

        Folder("first").Export(PathOf("whole"));
        var target = dialect == "SQLite" ? Folder("second") : Database();
        var lines = LinesOf("whole", withEnds: true);
        Write("cut", lines[..^1]);
        Write("short", [.. lines[..5], .. lines[6..]]);
        Write("changed", [.. lines[..^2], lines[^2].Replace("kind", "Kind", StringComparison.Ordinal), lines[^1]]);
        Write("longer", [.. lines, lines[^2]]);
        Write("newer", [lines[0].Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal), .. lines[1..]]);
        Write("other", ["{}"]);
        File.WriteAllBytes(PathOf("torn"), File.ReadAllBytes(PathOf("whole"))[..^20]);
        File.WriteAllText(PathOf("text"), "no archive");

        foreach (var name in new[] { "cut", "short", "changed", "longer", "newer", "other", "torn", "text" })
        {
            Assert.Throws<InvalidDataException>(() => target.Import(PathOf(name)));
        }

        // It is still empty: the whole one goes in.
        target.Import(PathOf("whole"));
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task A_store_that_holds_something_or_is_in_use_is_refused(string dialect)
    {
        using (var store = OpenFolder("first"))
        {
            await FillAsync(store);
        }

        Folder("first").Export(PathOf("a"));
        var target = dialect == "SQLite" ? Folder("second") : Database();
        using (dialect == "SQLite"
            ? OpenFolder("second")
            : SluiceStore.OpenPostgres(new() { Json = TestJson.NewOptions() }, _database.Options(isShared: true)))
        {
            Assert.Equal(StoreFailure.Locked, Assert.Throws<StoreException>(() => target.Import(PathOf("a"))).Reason);
        }

        target.Import(PathOf("a"));
        var refused = Assert.Throws<StoreException>(() => target.Import(PathOf("a")));

        Assert.Equal(StoreFailure.Refused, refused.Reason);
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task A_ledger_that_is_put_back_gives_out_no_generation_that_it_may_have_given_out_since(string dialect)
    {
        using (var store = OpenFolder("first"))
        {
            await store.CommitAsync(new()
            {
                Owner = GrainKeys.Capacity("counted"),
                ExpectedETag = null,
                Upserts = [new("entry", "a", "1"u8.ToArray()), new("head", "head", "{\"last_generation\":7}"u8.ToArray())],
            });
            await store.CommitAsync(new()
            {
                Owner = GrainKeys.Capacity("fresh"),
                ExpectedETag = null,
                Upserts = [new("entry", "a", "1"u8.ToArray()), new("node", "n", "2"u8.ToArray())],
            });
            await store.CommitAsync(new()
            {
                Owner = GrainKeys.StageQueue("7"),
                ExpectedETag = null,
                Upserts = [new("head", "head", "3"u8.ToArray())],
            });
        }

        var target = dialect == "SQLite" ? Folder("second") : Database();
        Folder("first").Export(PathOf("a"));
        target.Import(PathOf("a"));
        target.Export(PathOf("b"));

        var rows = RowsOf("b").OfType<ArchivedRow>()
            .Select(row => $"{row.Owner} {row.Key} {Encoding.UTF8.GetString(row.Body)}");
        Assert.Equal(
            [
                "pool/counted a 1", "pool/counted head {\"last_generation\":1000007}",
                "pool/fresh a 1", "pool/fresh head {\"last_generation\":1000000}", "pool/fresh n 2",
                "queue/7 head 3",
            ],
            rows);
    }

    [Fact]
    public void Where_there_is_no_store_nothing_is_exported_and_nothing_made()
    {
        Assert.Throws<StoreException>(() => Folder("nowhere").Export(PathOf("a")));
        Assert.Throws<StoreException>(() => Database().Export(PathOf("a")));

        Assert.False(Directory.Exists(PathOf("nowhere")));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_that_is_there_is_not_written_over()
    {
        OpenFolder("first").Dispose();
        File.WriteAllText(PathOf("a"), "kept");

        Assert.Throws<IOException>(() => Folder("first").Export(PathOf("a")));

        Assert.Equal("kept", File.ReadAllText(PathOf("a")));
    }

    [Fact]
    public void Bytes_that_are_no_text_come_through()
    {
        byte[][] bodies = [[], [0, 1, 255, 254], "{\"a\":\"\\u00e9\"}"u8.ToArray(), "ü\u2028\"\\"u8.ToArray()];
        using var stream = new MemoryStream();
        using (var writer = new ArchiveWriter(stream, _time.GetUtcNow()))
        {
            foreach (var body in bodies)
            {
                writer.Write(new ArchivedRecord("k", "s", "e", body));
            }

            writer.End();
        }

        stream.Position = 0;
        using var reader = new ArchiveReader(stream);
        Assert.Equal(bodies, reader.ReadAll().Cast<ArchivedRecord>().Select(record => record.Body));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    private async Task FillAsync(SluiceStore store, RandomHistory? history = null)
    {
        history ??= new(_time.GetUtcNow());
        var random = new Random(1);
        for (var step = 0; step < 150; step++)
        {
            foreach (var command in RandomHistory.AnyCommands(random))
            {
                await history.PlayAsync(command, store, store);
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private StoreArchive Folder(string name) => StoreArchive.OfFolder(PathOf(name), _time);

    private StoreArchive Database() => StoreArchive.OfDatabase(_database.Options(), _time);

    private SluiceStore OpenFolder(string name) => SluiceStore.Open(
        new() { DataDirectory = PathOf(name), Json = TestJson.NewOptions(), MarkerLifetimeChanges = 50 }, _time);

    private List<ArchiveRow> RowsOf(string name)
    {
        using var file = File.OpenRead(PathOf(name));
        using var reader = new ArchiveReader(file);
        return [.. reader.ReadAll()];
    }

    /// <summary>Without the first line, which tells when it was written, and the last, which sums it up.</summary>
    private string[] LinesOf(string name, bool withEnds = false)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(PathOf(name)), CompressionMode.Decompress));
        var lines = text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return withEnds ? lines : lines[1..^1];
    }

    private void Write(string name, string[] lines)
    {
        using var stream = new GZipStream(File.Create(PathOf(name)), CompressionLevel.Fastest);
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }
}
