// Each test has a cluster of its own, which needs the machine for itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
