using System.Globalization;
using System.Text;

namespace Sluice.Manifests.Tests;

/// <summary>
/// A random manifest that must be accepted, in random spellings of YAML, with what must be read of it.
/// </summary>
internal sealed class ManifestGenerator(int seed)
{
    private readonly Random _random = new(seed);

    public ManifestKind Kind { get; private set; }

    public int Replicas { get; private set; }

    public int GpuReq { get; private set; }

    public int GpuLim { get; private set; }

    public string Make()
    {
        Kind = (ManifestKind)_random.Next(1, 4);
        var spec = Kind switch
        {
            ManifestKind.Pod => MakeOne(MakePodSpec(_random.Next(4)), 1),
            ManifestKind.Job => MakeJob(),
            _ => MakePyTorchJob(),
        };
        var version = Kind switch { ManifestKind.Pod => "v1", ManifestKind.Job => "batch/v1", _ => "kubeflow.org/v1" };
        var metadata = new List<(string, object)> { ("name", "job-" + seed) };
        if (GpuLim > 0 && _random.Next(3) == 0)
        {
            GpuReq = _random.Next(3);
            GpuLim = GpuReq + 1 + _random.Next(6);
            metadata.Add(("annotations", Pairs(
                ("note", Awkward()), ("request", new Quoted(GpuReq)), ("limit", new Quoted(GpuLim)),
                ("replicas", new Quoted(99)))));
        }
        else if (_random.Next(2) == 0)
        {
            metadata.Add(("annotations", Pairs(("note", Awkward()))));
        }

        var root = Pairs(("apiVersion", version), ("kind", Kind.ToString()), ("metadata", metadata), ("spec", spec));
        var text = new StringBuilder();
        Write(text, root, 0);
        return _random.Next(4) == 0 ? text.ToString().Replace("\n", "\r\n", StringComparison.Ordinal) : text.ToString();
    }

    private sealed record Quoted(int Value);

    private List<(string, object)> MakeOne((List<(string, object)> Spec, int Req, int Lim) pod, int replicas)
    {
        (Replicas, GpuReq, GpuLim) = (replicas, pod.Req, pod.Lim);
        return pod.Spec;
    }

    private List<(string, object)> MakeJob()
    {
        var parallelism = _random.Next(1, 5);
        var template = Pairs(("spec", MakeOne(MakePodSpec(_random.Next(4)), parallelism)));
        return parallelism > 1 || _random.Next(2) == 0
            ? Pairs(("parallelism", parallelism), ("template", template))
            : Pairs(("template", template));
    }

    private List<(string, object)> MakePyTorchJob()
    {
        var master = MakePodSpec(_random.Next(3));
        var worker = MakePodSpec(_random.Next(3));
        var workers = _random.Next(1, 5);
        var hasWorker = _random.Next(3) > 0;
        var hasMaster = !hasWorker || _random.Next(3) > 0;
        var specs = new List<(string, object)>();
        if (hasMaster)
        {
            specs.Add(("Master", Pairs(("template", Pairs(("spec", master.Spec))))));
        }

        if (hasWorker)
        {
            specs.Insert(_random.Next(specs.Count + 1), (
                "Worker", Pairs(("replicas", workers), ("template", Pairs(("spec", worker.Spec))))));
        }

        var (masterLim, workerLim) = (hasMaster ? master.Lim : 0, hasWorker ? worker.Lim : 0);
        var isAny = masterLim + workerLim == 0;
        Replicas = (hasMaster && (isAny || masterLim > 0) ? 1 : 0)
            + (hasWorker && (isAny || workerLim > 0) ? workers : 0);
        (GpuReq, GpuLim) = workerLim > 0 ? (worker.Req, worker.Lim) : masterLim > 0 ? (master.Req, master.Lim) : (0, 0);
        return Pairs(("pytorchReplicaSpecs", specs));
    }

    private (List<(string, object)> Spec, int Req, int Lim) MakePodSpec(int gpuContainers)
    {
        var containers = new List<object>();
        var (req, lim) = (0, 0);
        for (var index = 0; index < Math.Max(gpuContainers, 1); index++)
        {
            var (low, more) = (_random.Next(1, 4), _random.Next(4));
            var hasGpus = index < gpuContainers;
            (req, lim) = hasGpus ? (req + low, lim + low + more) : (req, lim);
            containers.Add(MakeContainer(hasGpus ? low : 0, low + more));
        }

        return (Pairs(("note", Awkward()), ("containers", containers)), req, lim);
    }

    private List<(string, object)> MakeContainer(int req, int lim)
    {
        var container = Pairs(
            ("name", "c"), ("command", new List<object> { "sh", "-c", "run --num_processes=7 " + Awkward() }));
        if (_random.Next(2) == 0)
        {
            container.Add(("env", new List<object>
            {
                Pairs(("name", "NGPU"), ("value", new Quoted(7))), Pairs(("name", "X"), ("value", "v" + Awkward())),
            }));
        }

        if (req > 0)
        {
            Func<int, object> quantity = _random.Next(2) == 0 ? value => value : value => new Quoted(value);
            container.Add(("resources", Pairs(
                ("requests", Pairs(("cpu", 4), ("nvidia.com/gpu", quantity(req)))),
                ("limits", Pairs(("nvidia.com/gpu", quantity(lim)), ("memory", "5Gi"))))));
        }

        return container;
    }

    /// <summary>Text that is easily read as something else, or lost.</summary>
    private string Awkward()
    {
        string[] pieces =
        [
            "true", "10", "null", "~", ": ", " #", "- ", "'", "\"", "\\", "\n", "\n\n", "\t", "  ", " \n", "\n  ", "é",
            "😀", "{", "]", "a", ",",
            "%", "@", "&x", "*x", "!y", "|", ">", "---", "...", "\u2028", "\u0085", "\ufeff", "$(A)", "\u0007", "<<",
            "=", "?", "x: y",
        ];
        return string.Concat(Enumerable.Range(0, _random.Next(1, 6)).Select(_ => pieces[_random.Next(pieces.Length)]));
    }

    private static List<(string, object)> Pairs(params (string, object)[] pairs) => [.. pairs];

    private void Write(StringBuilder text, object node, int indent)
    {
        if (node is List<(string, object)> mapping)
        {
            foreach (var (key, value) in mapping)
            {
                text.Append(' ', indent).Append(_random.Next(5) == 0 ? $"\"{key}\"" : key).Append(':');
                WriteValue(text, value, indent);
            }
        }
        else
        {
            foreach (var item in (List<object>)node)
            {
                text.Append(' ', indent).Append('-');
                WriteValue(text, item, indent);
            }
        }
    }

    private void WriteValue(StringBuilder text, object value, int indent)
    {
        if (value is not (List<object> or List<(string, object)>))
        {
            text.Append(' ').Append(Scalar(value)).Append(_random.Next(6) == 0 ? "  # a comment\n" : "\n");
        }
        else if (_random.Next(4) == 0)
        {
            WriteFlow(text.Append(' '), value);
            text.Append('\n');
        }
        else
        {
            Write(text.Append(_random.Next(6) == 0 ? " # a comment\n" : "\n"), value, indent + _random.Next(1, 4));
        }
    }

    private void WriteFlow(StringBuilder text, object value)
    {
        if (value is List<(string, object)> mapping)
        {
            text.Append('{');
            foreach (var (key, item) in mapping)
            {
                WriteFlow(text.Append(key).Append(": "), item);
                text.Append(", ");
            }

            text.Append('}');
        }
        else if (value is List<object> list)
        {
            text.Append('[');
            foreach (var item in list)
            {
                WriteFlow(text, item);
                text.Append(", ");
            }

            text.Append(']');
        }
        else
        {
            text.Append(Scalar(value));
        }
    }

    private string Scalar(object value) => value switch
    {
        int number => number.ToString(CultureInfo.InvariantCulture),
        Quoted quoted => string.Create(CultureInfo.InvariantCulture, $"'{quoted.Value}'"),
        string text when text.All(character => char.IsAsciiLetterOrDigit(character) || character is '/' or '-')
            && text.Any(char.IsAsciiLetter) && text is not ("true" or "null") && text[0] != '-'
            && _random.Next(2) == 0 => text,
        string text when text.All(character => character >= ' ' && character is not ('\u0085' or '\ufeff' or '\u2028'))
            && _random.Next(2) == 0 => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        string text => Yaml.Quoting.Escape(text),
        _ => throw new InvalidOperationException("no scalar"),
    };
}
