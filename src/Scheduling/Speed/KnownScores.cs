namespace Sluice.Scheduling.Speed;

/// <summary>
/// How well one job is explained by each of the others: kept while it has shown nothing new, so that one more example
/// costs one more comparison.
/// </summary>
internal sealed class KnownScores
{
    private CountSeen[] _seen = [];
    private JobTraits _traits;
    private Dictionary<ExampleJob, double> _scores = new(ReferenceEqualityComparer.Instance);

    /// <summary>Scores in the order of the examples; those of others are forgotten.</summary>
    /// <param name="seen">What the job has shown.</param>
    /// <param name="traits">What it was submitted with.</param>
    /// <param name="examples">Whom it is compared with.</param>
    /// <param name="reckon">Of one that was not compared yet.</param>
    public double[] Of(
        CountSeen[] seen, JobTraits traits, ReadOnlySpan<ExampleJob> examples, Func<ExampleJob, double> reckon)
    {
        if (_traits != traits || !_seen.AsSpan().SequenceEqual(seen))
        {
            (_seen, _traits) = (seen, traits);
            _scores.Clear();
        }

        var scores = new double[examples.Length];
        var next = new Dictionary<ExampleJob, double>(examples.Length, ReferenceEqualityComparer.Instance);
        for (var index = 0; index < scores.Length; index++)
        {
            var example = examples[index];
            scores[index] = _scores.TryGetValue(example, out var known) ? known : reckon(example);
            next[example] = scores[index];
        }

        _scores = next;
        return scores;
    }
}

/// <summary>What is told of a job at its submission, as logarithms.</summary>
internal readonly record struct JobTraits(double LogEpochs, double LogLeast, double LogMost);
