using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Sluice.Grains.Interfaces;

namespace Sluice.Cluster.Tests.Wire;

/// <summary>
/// While a cluster is upgraded, silos and clients of two versions call each other. What this version sends, and what it
/// must therefore read from now on, is kept as bytes: one line a contract.
/// </summary>
public sealed class WireBytesTests : IDisposable
{
    private const string FileName = "wire-1.txt";

    private static readonly string FilePath = Path.Combine(AppContext.BaseDirectory, "Wire", FileName);

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer(serializer => serializer.AddAssembly(typeof(GrainKeys).Assembly))
        .BuildServiceProvider();

    private Serializer Serializer => _services.GetRequiredService<Serializer>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void What_is_sent_is_as_it_was()
    {
        var lines = ContractTypes().Select(type => $"{Alias(type)} {Bytes(SampleValues.Of(type)!)}").ToList();
        if (!lines.SequenceEqual(File.ReadLines(FilePath)))
        {
            var proposed = Path.Combine(AppContext.BaseDirectory, FileName);
            File.WriteAllLines(proposed, lines);
            Assert.Fail(
                $"what is sent has changed: a contract that is new or has a new member goes into a file of its own "
                + $"version, beside {FileName}; see {proposed}");
        }
    }

    [Fact]
    public void What_was_sent_is_read()
    {
        var types = ContractTypes().ToDictionary(Alias);
        foreach (var line in File.ReadLines(FilePath))
        {
            var parts = line.Split(' ');
            var (alias, bytes) = (parts[0], parts[1]);
            Assert.True(types.ContainsKey(alias), $"{alias} is gone");

            var read = Serializer.Deserialize<object>(Convert.FromHexString(bytes));

            Assert.IsType(types[alias], read);
            Assert.Equal(bytes, Bytes(read));
        }
    }

    private static IEnumerable<Type> ContractTypes() => typeof(GrainKeys).Assembly.GetExportedTypes()
        .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        .OrderBy(Alias, StringComparer.Ordinal);

    private static string Alias(Type type) =>
        ((AliasAttribute)type.GetCustomAttributes(typeof(AliasAttribute), inherit: false)[0]).Alias;

    /// <summary>With its type, as an argument of a call has it.</summary>
    private string Bytes(object value) => Convert.ToHexStringLower(Serializer.SerializeToArray(value));
}
