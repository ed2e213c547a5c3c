using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sluice.Executors.Local;

/// <summary>The calls of Linux that .NET has no names for. Constants are those of x86-64 and arm64 alike.</summary>
internal static unsafe partial class Libc
{
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int ErrNoChild = 10;
    public const int ErrInterrupted = 4;
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int CloseOnExec = 0x80000;
    public const short SpawnSetProcessGroup = 0x02;
    public const short SpawnSetSignalDefaults = 0x04;
    public const short SpawnSetSignalMask = 0x08;

    private const int SetChildSubreaper = 36;
    private const int GetLockOfDescription = 36;
    private const int SetLockOfDescription = 37;

    /// <summary>Puts this process into a session of its own, so that no terminal and no Ctrl-C reaches it.</summary>
    /// <returns>False: it leads a process group already.</returns>
    public static bool StartSession() => SetSession() >= 0;

    /// <summary>Orphaned descendants become children of this process instead of vanishing from its sight.</summary>
    public static void BecomeSubreaper() => ThrowIfFailed(ProcessControl(SetChildSubreaper, 1, 0, 0, 0), "prctl");

    /// <summary>Takes an exclusive lock that ends with the last descriptor of its open file.</summary>
    public static bool TryLock(SafeHandle file)
    {
        var whole = new FileLock { Type = FileLock.Write };
        return FileControl(file, SetLockOfDescription, ref whole) == 0;
    }

    /// <summary>
    /// True: another open file holds the lock. Asking takes nothing, so it never gets in a taker's way.
    /// </summary>
    public static bool IsLocked(SafeHandle file)
    {
        var whole = new FileLock { Type = FileLock.Write };
        ThrowIfFailed(FileControl(file, GetLockOfDescription, ref whole), "fcntl");
        return whole.Type != FileLock.Unlocked;
    }

    /// <summary>Makes a rename in a folder durable.</summary>
    public static void FlushFolder(string path)
    {
        var descriptor = Open(path, OpenReadOnly | CloseOnExec, 0);
        ThrowIfFailed(descriptor, "open");
        var result = Flush(descriptor);
        _ = Close(descriptor);
        ThrowIfFailed(result, "fsync");
    }

    /// <summary>A process that is gone is no error.</summary>
    public static void Signal(int pid, int signal) => _ = Kill(pid, signal);

    private static void ThrowIfFailed(int result, string call)
    {
        if (result < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new Win32Exception(error, $"{call}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeHandle file, int command, ref FileLock fileLock);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitForChild(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    public static partial int Spawn(
        int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitializeFileActions(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyFileActions(void* fileActions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(void* fileActions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    public static partial int AddOpen(void* fileActions, int descriptor, byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int AddChangeDirectory(void* fileActions, byte* path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int InitializeAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetDefaultSignals(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SetBlockedSignals(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int FillSignals(void* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int EmptySignals(void* signals);

    /// <summary><c>struct flock</c> of 64-bit Linux; all zero but the type: the whole file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public const short Write = 1;
        public const short Unlocked = 2;

        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
