namespace ServerlessInference.Docs.Tests.Given;

/// <summary>Creates reports.</summary>
public static class Reports
{
    public static ValueTask<Report> MakeAsync(DateTimeOffset time, CancellationToken cancellationToken) => new(new Report(time.Day));
}
