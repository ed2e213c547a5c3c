using System.Globalization;
using Sluice.Simulation;

// Plays the history of the seed and the number of steps in its arguments, and prints its trace.
using var output = new StreamWriter(Console.OpenStandardOutput());
History.Play(
    new()
    {
        Seed = ulong.Parse(args[0], CultureInfo.InvariantCulture),
        Steps = long.Parse(args[1], CultureInfo.InvariantCulture),
    },
    output);
