using Sluice.Lab.Model;

namespace Sluice.Lab.Tests.Model;

public sealed class NodeMapTests
{
    private readonly NodeMap _nodes = new(new(GpuCount: 10, NodeGpus: 4));

    [Fact]
    public void The_last_node_has_what_is_left() => Assert.Equal([4, 4, 2], _nodes.FreeByNode);

    [Fact]
    public void A_replica_goes_to_the_fullest_node_that_has_room()
    {
        Assert.Equal(3, _nodes.Fit("a", replicas: 1, held: 0, wanted: 3, least: 1));
        Assert.Equal(1, _nodes.Fit("b", replicas: 1, held: 0, wanted: 1, least: 1));
        Assert.Equal(2, _nodes.Fit("c", replicas: 1, held: 0, wanted: 2, least: 1));

        Assert.Equal([0, 4, 0], _nodes.FreeByNode);
    }

    [Fact]
    public void A_gang_gets_equal_replicas_each_on_one_node_or_nothing()
    {
        Assert.Equal(6, _nodes.Fit("a", replicas: 2, held: 0, wanted: 7, least: 2));
        Assert.Equal([1, 1, 2], _nodes.FreeByNode);

        // Four GPUs are free, but two replicas of two have no room.
        Assert.Equal(2, _nodes.Fit("b", replicas: 2, held: 0, wanted: 4, least: 2));
        Assert.Equal(0, _nodes.Fit("c", replicas: 3, held: 0, wanted: 3, least: 3));
    }

    [Fact]
    public void What_shrinks_stays_where_it_is_and_what_cannot_grow_keeps_what_it_has()
    {
        _nodes.Fit("a", replicas: 2, held: 0, wanted: 8, least: 2);
        Assert.Equal([0, 0, 2], _nodes.FreeByNode);

        Assert.Equal(6, _nodes.Fit("a", replicas: 2, held: 8, wanted: 6, least: 2));
        Assert.Equal([1, 1, 2], _nodes.FreeByNode);
        Assert.Equal(2, _nodes.Fit("b", replicas: 1, held: 0, wanted: 2, least: 1));
        Assert.Equal(2, _nodes.Fit("b", replicas: 1, held: 2, wanted: 4, least: 1));
        Assert.Equal([1, 1, 0], _nodes.FreeByNode);
    }

    [Fact]
    public void What_ends_or_is_suspended_gives_all_back()
    {
        _nodes.Fit("a", replicas: 2, held: 0, wanted: 6, least: 2);
        _nodes.Fit("b", replicas: 1, held: 0, wanted: 2, least: 1);

        Assert.Equal(0, _nodes.Fit("a", replicas: 2, held: 6, wanted: 0, least: 2));
        _nodes.Free("b");
        Assert.Equal([4, 4, 2], _nodes.FreeByNode);
    }

    [Fact]
    public void Over_random_changes_no_node_gives_more_than_it_has_and_none_is_lost()
    {
        var random = new Random(5);
        var held = new int[12];
        for (var step = 0; step < 20_000; step++)
        {
            var job = random.Next(held.Length);
            var replicas = job % 3 + 1;
            var fitted = _nodes.Fit($"job-{job}", replicas, held[job], random.Next(5) * replicas, replicas);

            Assert.True(fitted % replicas == 0);
            held[job] = fitted;
            Assert.Equal(10 - held.Sum(), _nodes.FreeByNode.Sum());
            Assert.All(_nodes.FreeByNode, free => Assert.InRange(free, 0, 4));
        }
    }
}
