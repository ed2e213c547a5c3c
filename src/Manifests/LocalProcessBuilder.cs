using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Makes of a container, already rewritten for its GPUs, the process that stands for it.</summary>
internal static class LocalProcessBuilder
{
    public static LocalProcess Build(YamlCursor container, WorldMember member, ProblemList problems)
    {
        var environment = new LocalEnvironment(member);
        environment.Set("HOSTNAME", member.HostName);
        environment.Declare(container);
        foreach (var (name, value) in member.Variables)
        {
            environment.Set(name, value);
        }

        var process = new LocalProcess
        {
            Rank = member.Rank,
            Arguments =
            [
                .. Expand(container["command"], environment.Values),
                .. Expand(container["args"], environment.Values),
            ],
            Environment = environment.ToArray(),
            WorkingDirectory = container["workingDir"].Text() is { Length: > 0 } folder ? folder : null,
        };
        Check(process, container.Path, problems);
        return process;
    }

    private static ImmutableArray<string> Expand(YamlCursor list, IReadOnlyDictionary<string, string> values)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var item in list.Items())
        {
            if (VariableReferences.Expand(item.Text() ?? "", values) is { } argument)
            {
                result.Add(argument);
            }
            else
            {
                item.Problem($"is longer than {ManifestLimits.MaxArgumentBytes} bytes, its variables written out");
            }
        }

        return result.ToImmutable();
    }

    private static void Check(LocalProcess process, NodePath path, ProblemList problems)
    {
        var texts = process.Arguments
            .Concat(process.Environment.SelectMany(variable => new[] { variable.Name, variable.Value }))
            .Append(process.WorkingDirectory ?? "");
        var chars = 0L;
        foreach (var text in texts)
        {
            chars += text.Length;
            if (text.Contains('\0'))
            {
                problems.Add(path, "the null character cannot be passed to a process");
            }
        }

        if (chars > ManifestLimits.MaxProcessChars)
        {
            problems.Add(path, $"arguments and environment are over {ManifestLimits.MaxProcessChars} characters");
        }
    }
}
