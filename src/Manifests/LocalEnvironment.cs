using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>
/// Resolves a container's environment as Kubernetes does: in order, a value may refer to what stands before it, a later
/// declaration of a name wins. What only a cluster can answer is a problem unless it is optional.
/// </summary>
internal sealed class LocalEnvironment(WorldMember member)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _order = new(StringComparer.Ordinal);
    private int _declared;

    public IReadOnlyDictionary<string, string> Values => _values;

    public ImmutableArray<(string Name, string Value)> ToArray() =>
        [.. _order.OrderBy(variable => variable.Value).Select(variable => (variable.Key, _values[variable.Key]))];

    public void Set(string name, string value)
    {
        _values[name] = value;
        _order[name] = _declared++;
    }

    public void Declare(YamlCursor container)
    {
        foreach (var source in container["envFrom"].Items())
        {
            Refuse(source["configMapRef"], "the environment", "config map");
            Refuse(source["secretRef"], "the environment", "secret");
        }

        foreach (var variable in container["env"].Items())
        {
            var name = variable["name"].Text() ?? "";
            if (!variable["valueFrom"].IsMissing)
            {
                DeclareFrom(container, name, variable["valueFrom"]);
            }
            else if (VariableReferences.Expand(variable["value"].Text() ?? "", _values) is { } value)
            {
                Set(name, value);
            }
            else
            {
                variable["value"].Problem($"makes {name} longer than {ManifestLimits.MaxArgumentBytes} bytes");
            }
        }
    }

    private void DeclareFrom(YamlCursor container, string name, YamlCursor source)
    {
        Refuse(source["secretKeyRef"], name, "secret");
        Refuse(source["configMapKeyRef"], name, "config map");
        if (!source["fieldRef"].IsMissing)
        {
            Answer(name, source["fieldRef"]["fieldPath"], path => path switch
            {
                "metadata.name" => member.PodName,
                "metadata.namespace" => member.Namespace,
                _ => null,
            });
        }
        else if (!source["resourceFieldRef"].IsMissing)
        {
            var resources = container["resources"];
            Answer(name, source["resourceFieldRef"]["resource"], resource => resource switch
            {
                $"limits.{GpuRange.ResourceName}" or $"requests.{GpuRange.ResourceName}" =>
                    resources["limits"][GpuRange.ResourceName].Scalar?.Value ?? "0",
                _ => null,
            });
        }
        else if (source["secretKeyRef"].IsMissing && source["configMapKeyRef"].IsMissing)
        {
            source.Problem($"takes {name} from a source that cannot be had locally");
        }
    }

    private void Answer(string name, YamlCursor asked, Func<string?, string?> answer)
    {
        if (answer(asked.AnyText()) is { } value)
        {
            Set(name, value);
        }
        else
        {
            var what = asked.Scalar is { } scalar ? Quoting.Quote(scalar.Value) : "it";
            asked.Problem($"{name} needs {what}, which cannot be had locally");
        }
    }

    private static void Refuse(YamlCursor reference, string name, string kind)
    {
        if (reference.IsMissing || reference["optional"].Boolean() == true)
        {
            return;
        }

        var named = reference["name"].Scalar is { } scalar ? $" {Quoting.Quote(scalar.Value)}" : "";
        reference.Problem($"{name} needs the {kind}{named}, which cannot be had locally");
    }
}
