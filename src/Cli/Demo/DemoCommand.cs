using System.CommandLine;
namespace Sluice.Cli.Demo;
internal static class DemoCommand { public static Command Create(CliEnvironment environment) => new("demo"); }
