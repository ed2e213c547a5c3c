using System.Globalization;
using System.Text;

namespace Sluice.Grains.Interfaces.Jobs;

/// <summary>
/// What the name of a job may be. Characters are Unicode code points, as in the clients' own language, so a name may
/// be up to 506 UTF-16 units long.
/// </summary>
public static class JobNames
{
    /// <summary>Most characters of a name; the least is 1.</summary>
    public const int MaxLength = 253;

    /// <summary>What is said of a name that is not valid.</summary>
    public const string Problem = "job_name must be 1 to 253 characters without control characters or '/'";

    /// <summary>True where a job may have that name.</summary>
    public static bool IsValid(string? name)
    {
        if (name is null or "" || name.Length > 2 * MaxLength)
        {
            return false;
        }

        var length = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (++length > MaxLength || rune.Value == '/' || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control)
            {
                return false;
            }
        }

        return true;
    }
}
