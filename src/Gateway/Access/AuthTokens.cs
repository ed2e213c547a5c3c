using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Access;

/// <summary>
/// The tokens that are accepted, each with its role. A file has one <c>&lt;role&gt; &lt;token&gt;</c> a line (read,
/// report, operate); empty lines and lines that start with <c>#</c> are left out. Only digests are kept, and it is
/// digests that are looked up, so the time of a comparison tells nothing of a token.
/// </summary>
public sealed class AuthTokens
{
    /// <summary>Characters; a shorter token is refused.</summary>
    public const int MinTokenLength = 16;

    /// <summary>Characters; a longer token is refused.</summary>
    public const int MaxTokenLength = 1024;

    /// <summary>Tokens; a file with more is refused.</summary>
    public const int MaxTokens = 10_000;

    private readonly FrozenDictionary<UInt128, AccessRole> _roles;

    private AuthTokens(Dictionary<UInt128, AccessRole> roles) => _roles = roles.ToFrozenDictionary();

    /// <summary>How many there are.</summary>
    public int Count => _roles.Count;

    /// <summary>Reads a file of tokens.</summary>
    /// <exception cref="FormatException">A line is not as it must be; the message names it, and no token.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static AuthTokens Read(string path)
    {
        try
        {
            return Parse(File.ReadLines(path));
        }
        catch (FormatException problem)
        {
            throw new FormatException($"{path}: {problem.Message}", problem);
        }
    }

    /// <summary>Reads the lines of a file of tokens.</summary>
    /// <exception cref="FormatException">A line is not as it must be; the message names it, and no token.</exception>
    public static AuthTokens Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var roles = new Dictionary<UInt128, AccessRole>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var trimmed = line.AsSpan().Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;
            if (roles.Count == MaxTokens) throw new FormatException($"more than {MaxTokens} tokens");
            var (role, token) = ParseLine(trimmed, number);
            if (!roles.TryAdd(Digest(token), role))
            {
                throw new FormatException($"line {number}: the token stands in an earlier line already");
            }
        }

        return roles.Count > 0 ? new AuthTokens(roles) : throw new FormatException("there is no token in it");
    }

    /// <summary>The role of a token; <see cref="AccessRole.None"/> where it is not known.</summary>
    internal AccessRole RoleOf(ReadOnlySpan<char> token) =>
        token.Length is >= MinTokenLength and <= MaxTokenLength
            ? _roles.GetValueOrDefault(Digest(token), AccessRole.None)
            : AccessRole.None;

    /// <summary>What stands for a token in a comparison: one half of its SHA-256.</summary>
    internal static UInt128 Digest(ReadOnlySpan<char> token)
    {
        Span<byte> bytes = stackalloc byte[MaxTokenLength * 3];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(token, bytes)], digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private static (AccessRole Role, string Token) ParseLine(ReadOnlySpan<char> line, int number)
    {
        var space = line.IndexOfAny(' ', '\t');
        var role = (space < 0 ? line : line[..space]) switch
        {
            "read" => AccessRole.Read,
            "report" => AccessRole.Report,
            "operate" => AccessRole.Operate,
            _ => throw new FormatException($"line {number} must be '<role> <token>' with role read, report or operate"),
        };
        var token = space < 0 ? [] : line[space..].Trim();
        return token.Length is >= MinTokenLength and <= MaxTokenLength && !token.ContainsAnyExceptInRange('!', '~')
            ? (role, token.ToString())
            : throw new FormatException(
                $"line {number}: a token must be {MinTokenLength} to {MaxTokenLength} printable ASCII characters "
                + "without white space");
    }
}
