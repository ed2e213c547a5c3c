namespace Sluice.Lab.Tests.Reference;

/// <summary>Needs the recorded workloads. Where they are not, it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReferenceTheoryAttribute : TheoryAttribute
{
    public ReferenceTheoryAttribute()
    {
        if (!ReferenceData.IsThere)
        {
            Skip = "the recorded workloads are not in ../shared/sched beside the repository";
        }
    }
}
