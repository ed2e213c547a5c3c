using System.Globalization;
using System.Security.Cryptography;

namespace Sluice.Storage.Commits;

/// <summary>
/// Makes etags that no other writer makes, in this process or another. They are chosen before the commit, so that after
/// a commit of unknown outcome the stored etag tells whether it was this writer's.
/// </summary>
internal sealed class ETagSource
{
    private const string DeletedMark = "-deleted";

    private readonly string _prefix = RandomNumberGenerator.GetHexString(16, lowercase: true) + "-";
    private long _last;

    public string Next() =>
        string.Concat(_prefix, Interlocked.Increment(ref _last).ToString("x", CultureInfo.InvariantCulture));

    /// <summary>Of a job that is deleted: who adds it again need not look whether it takes a new place.</summary>
    public string NextOfDeleted() => Next() + DeletedMark;

    /// <summary>False also of a deleted job that an older version wrote.</summary>
    public static bool IsOfDeleted(string etag) => etag.EndsWith(DeletedMark, StringComparison.Ordinal);
}
