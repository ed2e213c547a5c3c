using System.Diagnostics;
using System.Globalization;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>Processes of <c>load_worker.py</c> on one list, and what they have written.</summary>
internal sealed class LoadWorkers : IDisposable
{
    public const int Stages = 3;

    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "StageQueues", "load_worker.py");
    private static readonly string Client = Path.Combine(SluiceExecutable.RepositoryRoot, "clients", "python");

    private readonly string _folder;
    private readonly List<Process> _processes = [];

    /// <param name="list">What they work on.</param>
    /// <param name="style">Of the script: <c>sluice</c> or <c>original</c>.</param>
    /// <param name="count">Processes.</param>
    /// <param name="leaseSeconds">Of <c>sluice</c>.</param>
    public LoadWorkers(QueueClient list, string style, int count, int leaseSeconds = 60)
    {
        _folder = Directory.CreateDirectory(Path.Combine(list.Server.Folder, "workers-" + list.Number)).FullName;
        for (var number = 0; number < count; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"worker-{number}");
            string[] arguments =
                [Script, style, list.Server.Address.ToString().TrimEnd('/'), list.Number, $"{Stages}", _folder, name];
            _processes.Add(Process.Start(new ProcessStartInfo("python3", ["-B", .. arguments])
            {
                RedirectStandardError = true,
                Environment =
                {
                    ["PYTHONPATH"] = Client,
                    ["LEASE_SECONDS"] = leaseSeconds.ToString(CultureInfo.InvariantCulture),
                },
            })!);
        }
    }

    /// <summary>Adds jobs 0 to n - 1 as the workers want them.</summary>
    /// <param name="list">Where.</param>
    /// <param name="count">How many.</param>
    /// <param name="isHeld">True: workers keep them until <see cref="Release"/>.</param>
    public static async Task FillAsync(QueueClient list, int count, bool isHeld = false)
    {
        var hold = isHeld ? ",\"hold\":true" : "";
        var jobs = string.Join(',', Enumerable.Range(0, count).Select(id => FormattableString.Invariant(
            $"\"{id}\":{{\"jobstage\":0,\"jobcmd\":{{\"id\":{id},\"done\":0{hold}}}}}")));
        using var content = new StringContent("{" + jobs + "}");
        (await list.SendAsync(HttpMethod.Post, "/set", content)).Must(HttpStatusCode.OK);
    }

    /// <summary>All that was written so far, each line as its words; in no order between workers.</summary>
    public IEnumerable<string[]> Lines => Directory.EnumerateFiles(_folder, "worker-*").SelectMany(Read);

    public IReadOnlyList<Process> Processes => _processes;

    /// <summary>What a worker wrote.</summary>
    public IReadOnlyList<string[]> LinesOf(int worker)
    {
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"worker-{worker}"));
        return File.Exists(path) ? [.. Read(path)] : [];
    }

    public int Count(string word) => Lines.Count(line => line[0] == word);

    /// <summary>How often each job was done in each stage, by job and stage.</summary>
    public IReadOnlyDictionary<string, int> Done() => Lines.Where(line => line[0] == "done")
        .CountBy(line => $"{line[1]} in {line[2]}").ToDictionary();

    public void Release() => File.WriteAllText(Path.Combine(_folder, "release"), "");

    /// <summary>Waits until all have ended, those that were killed too.</summary>
    public async Task StopAsync(params int[] killed)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "stop"), "");
        for (var number = 0; number < _processes.Count; number++)
        {
            var error = await _processes[number].StandardError.ReadToEndAsync().InTimeAsync();
            await _processes[number].WaitForExitAsync().InTimeAsync();
            Assert.True(
                killed.Contains(number) || (_processes[number].ExitCode, error) == (0, ""),
                $"worker {number} ended with {_processes[number].ExitCode}: {error}");
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }
    }

    /// <summary>Only whole lines: the last one may be written just now.</summary>
    private static IEnumerable<string[]> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '));
    }
}
