namespace ServerlessInference.Docs.Tests.Given;

/// <summary>Makes reports.</summary>
public static class Reports
{
    public static ValueTask<Report> MakeAsync(DateTimeOffset time, CancellationToken cancellationToken) => new(new Report(time.Day));
}
