namespace Sluice.Manifests;

/// <summary>The most that a manifest may be; what is over a limit is refused with the limit in the reason.</summary>
public static class ManifestLimits
{
    /// <summary>Bytes of the text in UTF-8: 1 MiB.</summary>
    public const int MaxTextBytes = 1024 * 1024;

    /// <summary>Levels of mappings and sequences inside each other, aliases expanded.</summary>
    public const int MaxDepth = 64;

    /// <summary>Mappings, sequences, keys and scalars together, aliases expanded.</summary>
    public const int MaxNodes = 100_000;

    /// <summary>Characters of all scalars together, aliases expanded.</summary>
    public const int MaxScalarChars = 4 * 1024 * 1024;

    /// <summary>Characters of a key.</summary>
    public const int MaxKeyChars = 512;

    /// <summary>GPUs a replica, and replicas a job.</summary>
    public const int MaxCount = 1_000_000;

    /// <summary>Seconds in an option: about 31 years.</summary>
    public const double MaxOptionSeconds = 1e9;

    /// <summary>Processes of one job on this machine.</summary>
    public const int MaxLocalProcesses = 1024;

    /// <summary>Bytes of one argument or of one variable with its value, as Linux has it.</summary>
    public const int MaxArgumentBytes = (128 * 1024) - 1;

    /// <summary>Characters of the arguments and the environment of one process.</summary>
    public const int MaxProcessChars = 1024 * 1024;

    /// <summary>Characters of the arguments and environments of all processes of a job.</summary>
    public const int MaxPlanChars = 32 * 1024 * 1024;
}
