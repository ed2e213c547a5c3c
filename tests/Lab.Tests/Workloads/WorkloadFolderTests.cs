using Sluice.Lab.Workloads;
using Sluice.Testing;

namespace Sluice.Lab.Tests.Workloads;

public sealed class WorkloadFolderTests : IDisposable
{
    private const string Header =
        "job_name,submit_seconds,application,batch_size,gpu_rigid,gpu_min,gpu_max_fixed,gpu_max_adaptive,"
        + "gpu_req_narrow,gpu_lim_narrow,total_epochs\n";

    private readonly TemporaryFolder _folder = new();

    public WorkloadFolderTests()
    {
        Write("applications.csv", "application,restart_seconds_measured\ntext,120\n");
        Write(
            "speed/speed-fixed-text.csv",
            "application,batch_size,nodes,gpus,seconds_per_epoch\n"
            + "text,8,1,1,50\ntext,8,1,2,30\ntext,8,2,2,40\ntext,8,2,5,20\ntext,16,1,1,45\n");
        Write("speed/speed-adaptive-text.csv", "application,nodes,gpus,seconds_per_epoch\ntext,1,1,60\n");
        Write("workloads/small.csv", Header + "b,7.5,text,8,2,1,8,64,1,4,10\na,3,text,16,1,1,1,64,1,1,20\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_workload_is_read_with_the_speeds_of_each_jobs_application_and_batch()
    {
        var folder = new WorkloadFolder(_folder.Path);
        var workload = folder.ReadWorkload("small");

        Assert.Equal(["small"], folder.WorkloadNames.ToArray());
        Assert.Equal(["a", "b"], workload.Jobs.Select(job => job.Name));
        var job = workload.Jobs[1];
        Assert.Equal((7.5, "text", 2, 8, 64), (job.SubmittedAt, job.Application, job.RigidGpus, job.MaxGpusFixed, job.MaxGpusAdaptive));
        Assert.Equal((1, 4, 10, 120), (job.NarrowReq, job.NarrowLim, job.TotalEpochs, job.RestartSeconds));
        Assert.Equal(1 / 45.0, workload.Jobs[0].Fixed.At(1));
        Assert.Equal(1 / 60.0, job.Adaptive.At(1));
    }

    [Fact]
    public void Of_the_rows_of_a_count_the_one_on_the_fewest_nodes_counts()
    {
        var curve = new WorkloadFolder(_folder.Path).ReadWorkload("small").Jobs[1].Fixed;

        Assert.Equal([1 / 50.0, 1 / 30.0, 1 / 20.0], new[] { 1, 2, 5 }.Select(curve.At));
    }

    [Theory]
    [InlineData("c,x,text,8,2,1,8,64,1,4,10", "small.csv:2: submit_seconds 'x' is no number")]
    [InlineData("c,-1,text,8,2,1,8,64,1,4,10", "small.csv:2: submit_seconds '-1' is not from 0")]
    [InlineData("c,1,text,8,2.5,1,8,64,1,4,10", "small.csv:2: gpu_rigid '2.5' is no whole number from 1")]
    [InlineData("c,1,text,8,2,1,0,64,1,4,10", "small.csv:2: gpu_max_fixed '0' is no whole number from 1")]
    [InlineData("c,1,text,8,2,1,8,64,3,2,10", "small.csv:2: gpu_lim_narrow '2' is no whole number from 3")]
    [InlineData("c,1,text,8,2,1,8,64,1,4,0", "small.csv:2: total_epochs '0' is no whole number from 1")]
    [InlineData("c,1,text,9,2,1,8,64,1,4,10", "small.csv:2: batch_size '9' has no row in the speed table of text")]
    [InlineData("c,1,sound,8,2,1,8,64,1,4,10", "small.csv:2: application 'sound' is not in applications.csv")]
    [InlineData("c,1,text", "small.csv:2 has 3 cells where the header has 11")]
    [InlineData("", "small has 0 jobs")]
    public void A_row_that_is_wrong_is_named_with_file_line_and_column(string row, string told)
    {
        Write("workloads/small.csv", Header + row + "\n");
        var folder = new WorkloadFolder(_folder.Path);

        var wrong = Assert.Throws<InvalidDataException>(() => folder.ReadWorkload("small"));
        Assert.Contains(told, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("workloads/small.csv", "", "small.csv is empty")]
    [InlineData("workloads/small.csv", "job_name\nc\n", "has no column application")]
    [InlineData("workloads/small.csv", "job_name,job_name\n", "has two columns job_name")]
    [InlineData("speed/speed-adaptive-text.csv", "nodes,gpus,seconds_per_epoch\n", "speed-adaptive-text.csv has no rows")]
    [InlineData(
        "speed/speed-fixed-text.csv",
        "batch_size,nodes,gpus,seconds_per_epoch\n8,1,1,5\n8,1,1,6\n",
        "speed-fixed-text.csv:3: gpus '1' comes twice")]
    [InlineData(
        "speed/speed-fixed-text.csv",
        "batch_size,nodes,gpus,seconds_per_epoch\n8,1,1,0\n",
        "speed-fixed-text.csv:2: seconds_per_epoch '0' is not from")]
    [InlineData(
        "speed/speed-fixed-text.csv",
        "batch_size,nodes,gpus,seconds_per_epoch\n8,1,4,5\n8,2,8,3\n",
        "speed-fixed-text.csv:2: gpus '4' stands in a table without a row of 1 GPU")]
    [InlineData(
        "speed/speed-adaptive-text.csv",
        "nodes,gpus,seconds_per_epoch\n2,2,5\n",
        "speed-adaptive-text.csv:2: gpus '2' stands in a table without a row of 1 GPU")]
    [InlineData(
        "applications.csv",
        "application,restart_seconds_measured\ntext,120\ntext,60\n",
        "applications.csv:3: application 'text' comes twice")]
    public void A_file_that_is_wrong_is_named(string file, string text, string told)
    {
        Write(file, text);

        var wrong = Assert.Throws<InvalidDataException>(() => new WorkloadFolder(_folder.Path).ReadWorkload("small"));
        Assert.Contains(told, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_is_named()
    {
        var folder = new WorkloadFolder(_folder.Path);

        var missing = Assert.Throws<InvalidDataException>(() => folder.ReadWorkload("large"));
        Assert.EndsWith("large.csv is missing", missing.Message, StringComparison.Ordinal);
        Assert.True(WorkloadFolder.Exists(_folder.Path));
        Assert.False(WorkloadFolder.Exists(Path.Combine(_folder.Path, "speed")));
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
