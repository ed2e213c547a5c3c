using System.Globalization;
using System.Text;

namespace Sluice.Executors.Local;

/// <summary>One line of the process table.</summary>
internal readonly record struct ProcessEntry(int Pid, int ParentPid, int Session, long StartTicks, bool IsZombie);

/// <summary>Reads <c>/proc</c>: the only complete list of what runs.</summary>
internal static class ProcessTable
{
    /// <summary>All processes that this one can see.</summary>
    public static List<ProcessEntry> Read()
    {
        var entries = new List<ProcessEntry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && TryRead(pid) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>One process; null: it is gone.</summary>
    public static ProcessEntry? TryRead(int pid)
    {
        try
        {
            return Parse(pid, File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>All descendants of a process, itself not among them.</summary>
    public static List<ProcessEntry> Descendants(IReadOnlyList<ProcessEntry> table, int ancestor)
    {
        var children = table.ToLookup(entry => entry.ParentPid);
        var found = new List<ProcessEntry>();
        var open = new Queue<int>([ancestor]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                open.Enqueue(child.Pid);
            }
        }

        return found;
    }

    /// <summary>True: the process was started with all of these variables (<c>NAME=value</c>).</summary>
    public static bool WasStartedWith(int pid, IEnumerable<string> variables)
    {
        try
        {
            var environment = File.ReadAllBytes($"/proc/{pid}/environ").AsSpan();
            foreach (var variable in variables)
            {
                if (!HasVariable(environment, Encoding.UTF8.GetBytes(variable)))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool HasVariable(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> variable)
    {
        foreach (var range in environment.Split((byte)0))
        {
            if (environment[range].SequenceEqual(variable))
            {
                return true;
            }
        }

        return false;
    }

    private static ProcessEntry? Parse(int pid, string stat)
    {
        // The name in brackets may hold blanks and brackets itself, so the fields are counted from its end on: the
        // first after it is field 3.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 20
            ? null
            : new ProcessEntry(pid, Number(1), Number(3), long.Parse(fields[19], CultureInfo.InvariantCulture),
                fields[0] is "Z" or "X");

        int Number(int index) => int.Parse(fields[index], CultureInfo.InvariantCulture);
    }
}
