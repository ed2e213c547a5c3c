using Sluice.Manifests;

namespace Sluice.Executors.Local;

/// <summary>Tells how a manifest runs as local processes; <see cref="LocalPlanner.Plan"/> outside of tests.</summary>
public delegate LocalPlan PlanLocally(string yaml, ManifestAssignment assignment, int masterPort);
