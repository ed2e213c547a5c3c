using System.Globalization;
using System.Security.Cryptography;

namespace Sluice.Storage.Commits;

/// <summary>
/// Makes etags that no other writer makes, in this process or another. They are chosen before the commit, so that after
/// a commit of unknown outcome the stored etag tells whether it was this writer's.
/// </summary>
internal sealed class ETagSource
{
    private readonly string _prefix = RandomNumberGenerator.GetHexString(16, lowercase: true) + "-";
    private long _last;

    public string Next() =>
        string.Concat(_prefix, Interlocked.Increment(ref _last).ToString("x", CultureInfo.InvariantCulture));
}
