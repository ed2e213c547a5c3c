using System.Reflection;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>A promise whose check cannot fail is none.</summary>
public sealed class PromiseTests
{
    private static readonly string[] Words =
        [.. typeof(Promises).GetFields().Select(promise => (string)promise.GetRawConstantValue()!)];

    public static TheoryData<string> All => [.. Words];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_promise_has_a_test_that_breaks_it(string promise)
    {
        var tests = typeof(PromiseTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(test => test.GetCustomAttributes<BreaksAttribute>().Any(breaks => breaks.Promise == promise))
            .ToList();

        Assert.NotEmpty(tests);
        Assert.All(tests, test =>
        {
            var bench = (IBreaksPromises)Activator.CreateInstance(test.DeclaringType!)!;
            test.Invoke(bench, parameters: []);
            Assert.Contains(promise, bench.Broken);
        });
    }

    [Fact]
    public void Each_promise_has_words_of_its_own() =>
        Assert.Equal(Words.Length, Words.Distinct(StringComparer.Ordinal).Count());
}
