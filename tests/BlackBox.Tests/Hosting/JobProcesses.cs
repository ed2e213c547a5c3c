using System.Globalization;
using System.Text;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>The processes of this machine that belong to a data folder: runners, and the jobs under them.</summary>
internal static class JobProcesses
{
    /// <summary>Runners have their folder in their command line.</summary>
    public static IReadOnlyList<int> Runners(string dataFolder) =>
        [.. All().Where(pid => Text(pid, "cmdline").Contains($"--dir\0{dataFolder}/", StringComparison.Ordinal))];

    /// <summary>The runner of one uid; null: none.</summary>
    public static int? RunnerOf(string dataFolder, string uid) => Runners(dataFolder)
        .Where(pid => Text(pid, "cmdline").Contains($"/{uid}/", StringComparison.Ordinal))
        .Select(pid => (int?)pid).FirstOrDefault();

    public static bool IsAlive(int processId) => Text(processId, "cmdline").Length > 0;

    /// <summary>
    /// Ends all that a test has left, runners first, so that none of them starts or reports any more.
    /// </summary>
    public static async Task EndAllAsync(string dataFolder)
    {
        await Patience.UntilAsync(
            () =>
            {
                var left = Runners(dataFolder).Concat(Marked(dataFolder)).ToList();
                left.ForEach(Signals.SendKill);
                return left.Count == 0;
            },
            "no process of the data folder is left");
    }

    /// <summary>Processes that carry the mark of a run of the folder in their environment.</summary>
    private static IEnumerable<int> Marked(string dataFolder) =>
        All().Where(pid => Text(pid, "environ").Contains($"\0SLUICE_RUN_DIR={dataFolder}/", StringComparison.Ordinal));

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path =>
            int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? pid
            : 0)
        .Where(pid => pid > 0 && pid != Environment.ProcessId);

    /// <summary>Empty for a process that is gone, a zombie, or another user's.</summary>
    private static string Text(int pid, string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
            return bytes.Length == 0 ? "" : "\0" + Encoding.UTF8.GetString(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
