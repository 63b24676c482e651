using System.Diagnostics;
using OpenTelemetry;

namespace ServerlessInference.OpenTelemetry.Tests;

/// <summary>An exporter that does not come back until it is released, like one whose collector does not answer.</summary>
internal sealed class StuckExporter : BaseExporter<Activity>
{
    private readonly ManualResetEventSlim _released = new();

    public void Release() => _released.Set();

    public override ExportResult Export(in Batch<Activity> batch)
    {
        _released.Wait(TestContext.Current.CancellationToken);
        return ExportResult.Success;
    }

    protected override void Dispose(bool disposing)
    {
        _released.Dispose();
        base.Dispose(disposing);
    }
}
