using System.Text.Json;
using Sluice.Cli.Demo;

namespace Sluice.Cli.Tests.Demo;

public sealed class DemoSummaryTests
{
    private static readonly DemoResult Elastic = new()
    {
        Plan = new("recent-checkpoint"),
        Completed = 4,
        Jobs = 4,
        Makespan = TimeSpan.FromSeconds(50),
        MeanCompletion = TimeSpan.FromSeconds(30.5),
        MeanWait = TimeSpan.FromSeconds(0.75),
        Utilization = 0.934,
        Resizes = 7,
        Lost = new LostTraining(3.21, 5),
        Capacity = 8,
        IsSimulated = true,
    };

    [Fact]
    public void As_json_a_run_has_its_figures_in_plain_units() =>
        Assert.Equal(
            """
            [{"label":"recent-checkpoint","policy":"recent-checkpoint","jobs":4,"completed":4,"makespan_seconds":50,
            """
            + """
            "mean_completion_seconds":30.5,"mean_wait_seconds":0.75,"utilization":0.934,"resizes":7,
            """
            + """
            "lost_seconds":3.21,"stops":5,"capacity":8,"is_simulated":true}]
            """,
            DemoSummary.Json([Elastic]));

    [Fact]
    public void Utilization_is_what_was_held_between_two_looks()
    {
        var utilization = new Utilization();
        utilization.Add(TimeSpan.Zero, 8);
        utilization.Add(TimeSpan.FromSeconds(2), 4);
        utilization.Add(TimeSpan.FromSeconds(4), 0);

        Assert.Equal(24, utilization.HeldGpuSeconds);
        Assert.Equal(0.75, utilization.Over(TimeSpan.FromSeconds(4), 8));
    }

    [Fact]
    public void Utilization_of_nothing_is_zero()
    {
        var utilization = new Utilization();
        utilization.Add(TimeSpan.Zero, 8);

        Assert.Equal(0, utilization.HeldGpuSeconds);
        Assert.Equal(0, utilization.Over(TimeSpan.Zero, 8));
        Assert.Equal(0, utilization.Over(TimeSpan.FromSeconds(1), 0));
    }

    [Fact]
    public void A_look_that_is_not_later_replaces_the_one_before()
    {
        var utilization = new Utilization();
        utilization.Add(TimeSpan.FromSeconds(1), 8);
        utilization.Add(TimeSpan.FromSeconds(1), 2);
        utilization.Add(TimeSpan.FromSeconds(2), 0);

        Assert.Equal(2, utilization.HeldGpuSeconds);
    }

    [Fact]
    public void Lost_training_is_added_up_and_a_torn_line_costs_nothing_but_its_number()
    {
        var lost = LostTraining.Parse(
            ["""{"lost_seconds": 1.25, "gpus": 4}""", """{"lost_seconds": 0.5}""", "", """{"lost_sec"""]);

        Assert.Equal(new LostTraining(1.75, 3), lost);
    }

    [Fact]
    public void Lost_training_is_found_in_the_folders_of_all_runs()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-cli-").FullName;
        try
        {
            foreach (var uid in new[] { "a", "b" })
            {
                var work = Directory.CreateDirectory(Path.Combine(folder, uid, "work")).FullName;
                File.WriteAllText(Path.Combine(work, LostTraining.FileName), "{\"lost_seconds\": 2}\n");
            }

            Assert.Equal(new LostTraining(4, 2), LostTraining.ReadAll(folder));
            Assert.Equal(new LostTraining(0, 0), LostTraining.ReadAll(Path.Combine(folder, "missing")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_summary_says_what_was_measured_and_on_what()
    {
        Assert.Equal(
            [
                "recent-checkpoint, on 8 simulated GPUs",
                "  jobs completed    4 of 4",
                "  makespan          50.0 s",
                "  mean completion   30.5 s, from a job's deployment to its end",
                "  mean wait         0.8 s, until it first ran",
                "  utilization       93 % of the GPUs held",
                "  resizes           7",
                "  training lost     3.2 s, measured by the trainers at 5 stops",
            ],
            DemoSummary.Of(Elastic));
        Assert.Equal(
            "recent-checkpoint, on 8 real GPUs", DemoSummary.Of(Elastic with { IsSimulated = false })[0]);
    }

    [Fact]
    public void Runs_are_compared_side_by_side_within_eighty_columns_and_end_with_their_ratios_to_fixed_GPUs()
    {
        var adaptive = Elastic with
        {
            Plan = new("adaptive"), Makespan = TimeSpan.FromSeconds(64), Resizes = 12, Lost = new(0, 0),
        };

        var lines = DemoSummary.Compare([Rigid, Elastic, adaptive]);

        Assert.Equal(
            [
                "the same four jobs, on 8 simulated GPUs, one run each",
                "                       fixed   recent-checkpoint   adaptive",
                "  makespan            80.0 s              50.0 s     64.0 s",
                "  mean completion     60.0 s              30.5 s     30.5 s",
                "  mean wait            0.0 s               0.8 s      0.8 s",
                "  utilization           50 %                93 %       93 %",
                "  resizes                  0                   7         12",
                "  training lost        0.0 s               3.2 s      0.0 s",
                "recent-checkpoint is 1.60 times as fast as fixed, by mean completion 1.97 times",
                "adaptive is 1.25 times as fast as fixed, by mean completion 1.97 times",
            ],
            lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public void As_json_a_comparison_names_the_policy_of_each_run()
    {
        using var document = JsonDocument.Parse(DemoSummary.Json([Rigid, Elastic]));

        Assert.Equal(
            [("fixed", "recent-checkpoint"), ("recent-checkpoint", "recent-checkpoint")],
            document.RootElement.EnumerateArray().Select(
                run => (run.GetProperty("label").GetString(), run.GetProperty("policy").GetString())));
    }

    [Fact]
    public void Runs_that_did_not_complete_are_not_compared() =>
        Assert.Equal(
            ["no comparison: not all jobs completed"],
            DemoSummary.Compare([Rigid, Elastic with { Completed = 3 }]));

    private static DemoResult Rigid => Elastic with
    {
        Plan = new("recent-checkpoint", IsRigid: true),
        Makespan = TimeSpan.FromSeconds(80),
        MeanCompletion = TimeSpan.FromSeconds(60),
        MeanWait = TimeSpan.Zero,
        Utilization = 0.5,
        Resizes = 0,
        Lost = new(0, 0),
    };
}
