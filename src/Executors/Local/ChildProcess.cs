using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Executors.Local;

/// <summary>
/// Starts a rank in a process group of its own. Not <see cref="System.Diagnostics.Process"/>: that reaps only the
/// children it started, and a runner must reap and wait for adopted ones too.
/// </summary>
internal static unsafe class ChildProcess
{
    // Generous for the opaque structures of glibc and musl (at most 336 bytes).
    private const int StructBytes = 1024;

    /// <summary>Starts the rank; its output comes from <paramref name="output"/>.</summary>
    /// <returns>Its process id, which is its process group too.</returns>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    public static int Start(RankSpec spec, out FileStream output)
    {
        if (!Directory.Exists(spec.WorkingDirectory))
        {
            throw new IOException($"rank {spec.Rank}: there is no folder '{spec.WorkingDirectory}' to work in");
        }

        var program = FindProgram(spec)
            ?? throw new IOException($"rank {spec.Rank}: there is no program '{spec.Arguments[0]}'");
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0)
        {
            throw new IOException($"rank {spec.Rank}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        output = new FileStream(new SafeFileHandle(ends[0], ownsHandle: true), FileAccess.Read, bufferSize: 0);
        var (own, pid) = (-1, 0);
        try
        {
            // The rank's end of the pipe reads too: so there is always a reader, and a rank that outlives its runner is
            // not ended by the next thing it prints, least of all while it saves its work on TERM.
            own = Libc.Open($"/proc/self/fd/{ends[1]}", Libc.OpenReadWrite | Libc.CloseOnExec, 0);
            var error = own < 0 ? Marshal.GetLastPInvokeError() : Spawn(program, spec, own, out pid);
            if (error != 0)
            {
                output.Dispose();
                throw new IOException(
                    $"rank {spec.Rank}: '{program}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            return pid;
        }
        finally
        {
            _ = Libc.Close(ends[1]);
            _ = Libc.Close(own);
        }
    }

    private static int Spawn(string program, RankSpec spec, int outputEnd, out int pid)
    {
        var actions = stackalloc byte[StructBytes];
        var attributes = stackalloc byte[StructBytes];
        var signals = stackalloc byte[StructBytes];
        var strings = new NativeStrings();
        int child;
        _ = Libc.InitializeFileActions(actions);
        _ = Libc.InitializeAttributes(attributes);
        try
        {
            _ = Libc.AddOpen(actions, 0, strings.Add("/dev/null"), Libc.OpenReadOnly, 0);
            _ = Libc.AddDuplicate(actions, outputEnd, 1);
            _ = Libc.AddDuplicate(actions, outputEnd, 2);
            _ = Libc.AddChangeDirectory(actions, strings.Add(spec.WorkingDirectory));
            _ = Libc.SetFlags(
                attributes,
                Libc.SpawnSetProcessGroup | Libc.SpawnSetSignalDefaults | Libc.SpawnSetSignalMask);

            // This process ignores some signals and blocks others for its own sake; a job must not inherit that.
            _ = Libc.FillSignals(signals);
            _ = Libc.SetDefaultSignals(attributes, signals);
            _ = Libc.EmptySignals(signals);
            _ = Libc.SetBlockedSignals(attributes, signals);

            var error = Libc.Spawn(
                &child,
                strings.Add(program),
                actions,
                attributes,
                strings.AddArray(spec.Arguments),
                strings.AddArray(spec.Environment.Select(variable => $"{variable.Key}={variable.Value}")));
            pid = error == 0 ? child : 0;
            return error;
        }
        finally
        {
            _ = Libc.DestroyFileActions(actions);
            _ = Libc.DestroyAttributes(attributes);
            strings.Free();
        }
    }

    /// <summary>The program as a shell of the job would find it: by the job's own PATH, not by the runner's.</summary>
    private static string? FindProgram(RankSpec spec)
    {
        var name = spec.Arguments[0];
        if (name.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.Combine(spec.WorkingDirectory, name);
            return File.Exists(path) ? path : null;
        }

        return spec.Environment.GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(spec.WorkingDirectory, folder, name))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (File.GetUnixFileMode(path)
            & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    /// <summary>UTF-8 strings outside of the managed heap, freed together.</summary>
    private sealed class NativeStrings
    {
        private readonly List<nint> _blocks = [];

        public byte* Add(string text)
        {
            var count = Encoding.UTF8.GetByteCount(text);
            var block = (byte*)Allocate(count + 1);
            Encoding.UTF8.GetBytes(text, new Span<byte>(block, count));
            block[count] = 0;
            return block;
        }

        public byte** AddArray(IEnumerable<string> texts)
        {
            var pointers = texts.Select(text => (nint)Add(text)).ToArray();
            var block = (nint*)Allocate((pointers.Length + 1) * sizeof(nint));
            pointers.CopyTo(new Span<nint>(block, pointers.Length));
            block[pointers.Length] = 0;
            return (byte**)block;
        }

        public void Free()
        {
            foreach (var block in _blocks)
            {
                NativeMemory.Free((void*)block);
            }
        }

        private void* Allocate(int bytes)
        {
            var block = NativeMemory.Alloc((nuint)bytes);
            _blocks.Add((nint)block);
            return block;
        }
    }
}
