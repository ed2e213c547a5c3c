using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Gives one container its GPUs: in its resources, its environment and its command line.</summary>
internal static partial class ContainerRewrite
{
    /// <summary>
    /// Resources, <c>NGPU</c> where the container has it, the variables of Sluice, and the process counts in its
    /// command and args. A launcher needs one process at least, so that with 0 GPUs the count is 1.
    /// </summary>
    public static YamlMapping WithGpus(YamlMapping container, int gpuCount, string jobName, string sluiceUrl)
    {
        var processes = Math.Max(gpuCount, 1);
        container = WithResources(container, gpuCount);
        container = WithSluice(container, gpuCount, jobName, sluiceUrl);
        container = WithProcesses(container, "command", processes);
        return WithProcesses(container, "args", processes);
    }

    /// <summary>
    /// Adds <c>SLUICE_URL</c>, <c>SLUICE_JOB</c> and <c>SLUICE_GPUS</c>, or sets them where they are.
    /// </summary>
    public static YamlMapping WithSluice(YamlMapping container, int gpuCount, string jobName, string sluiceUrl)
    {
        var variables = container.Find("env") as YamlSequence ?? new YamlSequence([]);
        var count = Text(gpuCount);
        variables = WithVariable(variables, "NGPU", count, isAdded: false);
        variables = WithVariable(variables, "SLUICE_URL", sluiceUrl, isAdded: true);
        variables = WithVariable(variables, "SLUICE_JOB", jobName, isAdded: true);
        variables = WithVariable(variables, "SLUICE_GPUS", count, isAdded: true);
        return container.With("env", variables);
    }

    /// <summary>
    /// Every <c>--num_processes=4</c> and its like; values that are no number are the launcher's to find out.
    /// </summary>
    public static string WithProcesses(string text, int processes) =>
        ProcessCountPattern().Replace(text, $"${{option}}${{quote}}{Text(processes)}${{quote}}");

    private static YamlMapping WithProcesses(YamlMapping container, string key, int processes)
    {
        if (container.Find(key) is not YamlSequence list)
        {
            return container;
        }

        var items = list.Items.Select(item =>
        {
            var scalar = (YamlScalar)item;
            var text = WithProcesses(scalar.Value, processes);
            return text == scalar.Value ? item : new YamlScalar(text, scalar.Style);
        });
        return container.With(key, new YamlSequence([.. items]));
    }

    private static YamlMapping WithResources(YamlMapping container, int gpuCount)
    {
        var resources = container.Find("resources") as YamlMapping ?? YamlMapping.Empty;
        var (requests, limits) = (resources.Find("requests") as YamlMapping, resources.Find("limits") as YamlMapping);

        // A number stays a number and text stays text; where one of the two is missing it is as the other.
        var style = StyleOf(requests) ?? StyleOf(limits) ?? YamlStyle.DoubleQuoted;
        return container.With("resources", resources
            .With("requests", WithQuantity(requests, StyleOf(requests) ?? style, gpuCount))
            .With("limits", WithQuantity(limits, StyleOf(limits) ?? style, gpuCount)));
    }

    private static YamlStyle? StyleOf(YamlMapping? resources) =>
        resources?.Find(GpuRange.ResourceName) is YamlScalar { Kind: not ScalarKind.Null } quantity
            ? quantity.Style
            : null;

    private static YamlMapping WithQuantity(YamlMapping? resources, YamlStyle style, int gpuCount) =>
        (resources ?? YamlMapping.Empty).With(GpuRange.ResourceName, new YamlScalar(Text(gpuCount), style));

    /// <summary>
    /// Sets the variable wherever it is declared; a reference to a secret or a field makes way for the value.
    /// </summary>
    private static YamlSequence WithVariable(YamlSequence variables, string name, string value, bool isAdded)
    {
        var isThere = false;
        var items = variables.Items.Select(item =>
        {
            var variable = (YamlMapping)item;
            if (variable.Find("name") is not YamlScalar declared || declared.Value != name)
            {
                return item;
            }

            isThere = true;
            var style = variable.Find("value") is YamlScalar { Style: YamlStyle.SingleQuoted }
                ? YamlStyle.SingleQuoted
                : YamlStyle.DoubleQuoted;
            return variable.Without("valueFrom").With("value", new YamlScalar(value, style));
        }).ToList();
        if (isAdded && !isThere)
        {
            items.Add(YamlMapping.Empty
                .With("name", new YamlScalar(name, YamlStyle.Plain))
                .With("value", YamlScalar.Text(value)));
        }

        return new([.. items]);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(
        """
        (?<![\w-])(?<option>--(num_processes|nproc_per_node|nproc-per-node)=)
        (?<quote>["']?)[0-9]+\k<quote>(?![\w$`]|[.-]\w)
        """,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ProcessCountPattern();
}
