using System.Xml.Linq;

namespace Sluice.Architecture.Tests;

/// <summary>Who may know whom. A new project is entered here together with what it may reference.</summary>
public sealed class ReferenceRules
{
    private const string Abstractions = "EmbeddedHost.Abstractions";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [Abstractions] = [],
        ["Scheduling"] = [],
        ["Manifests"] = [],
        ["Grains.Interfaces"] = [Abstractions],
        ["Grains"] = [Abstractions, "Grains.Interfaces", "Scheduling", "Manifests"],
        ["EmbeddedHost"] = [Abstractions],
        ["Storage"] = [Abstractions, "Grains"],
        ["Executors"] = [Abstractions, "Grains", "Manifests"],
        ["Gateway"] = [Abstractions, "Grains.Interfaces", "Manifests"],
        ["Hosting"] = [Abstractions, "Gateway", "Grains", "Storage", "Executors", "Manifests"],
        ["Server"] = [Abstractions, "Hosting", "Grains", "EmbeddedHost"],
        ["Client"] = [Abstractions, "Grains.Interfaces"],
        ["Silo"] = [Abstractions, "Client", "Hosting", "Grains", "Executors"],
        ["GatewayHost"] = [Abstractions, "Client", "Hosting"],
        ["Simulation"] = [Abstractions, "Grains", "EmbeddedHost", "Executors"],
        ["Lab"] = ["Scheduling"],
        ["Cli"] = ["Server", "Storage", "Manifests", "Simulation", "Lab"],
    };

    /// <summary>Pure projects, and the packages they may use.</summary>
    private static readonly Dictionary<string, string[]> Pure = new()
    {
        ["Scheduling"] = [],
        ["Manifests"] = ["YamlDotNet"],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects()];

    public static TheoryData<string> PureProjects => [.. Pure.Keys];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may_know(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"say in {nameof(ReferenceRules)} what {project} may reference");

        Assert.Empty(References(project).Except(Allowed[project]).Order());
    }

    [Theory, MemberData(nameof(PureProjects))]
    public void A_pure_project_knows_neither_the_web_framework_nor_other_packages(string project)
    {
        var file = XDocument.Load(Repository.ProjectFile(project));

        Assert.Empty(file.Descendants("FrameworkReference"));
        Assert.Empty(file.Descendants("PackageReference")
            .Select(one => one.Attribute("Include")!.Value).Except(Pure[project]));
    }

    private static IEnumerable<string> References(string project)
    {
        var file = XDocument.Load(Repository.ProjectFile(project));
        var named = file.Descendants("ProjectReference")
            .Select(one => Path.GetFileNameWithoutExtension(one.Attribute("Include")!.Value.Replace('\\', '/')));
        return file.Descendants("UsesGrains").Any(one => one.Value == "true") ? named.Append(Abstractions) : named;
    }
}
