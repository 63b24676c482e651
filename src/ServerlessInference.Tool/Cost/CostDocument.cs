using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Cost;

/// <summary>The result of <c>cost</c> for a function at one memory size.</summary>
internal sealed class CostDocument(PriceBook book, Workload workload, LambdaCost lambda, double requests, FixedHost? host) : ITableDocument
{
    private readonly MonthlyCost _monthly = lambda.Monthly(requests);

    /// <summary>Gets the columns of the table.</summary>
    public static string[] Columns { get; } =
        ["MEMORY", "ARCH", "BILLED", "PER MILLION", "REQUESTS", "LAMBDA", "HOSTS", "HOST COST", "CHEAPER", "BREAK-EVEN"];

    /// <summary>Gets the function.</summary>
    public Workload Workload => workload;

    /// <summary>Gets its cost.</summary>
    public LambdaCost Lambda => lambda;

    /// <summary>Gets the ranges of requests in which the function costs less than hosts; empty without a host.</summary>
    public IReadOnlyList<(double From, double? To)> LambdaCheaper { get; } =
        host is null ? [] : BreakEven.RangesWhereLambdaIsCheaper(lambda, host);

    /// <summary>Gets the smallest number of requests per month from which the host is cheaper; null if it never is.</summary>
    public double? FirstBreakEven =>
        host is null ? null
        : LambdaCheaper.Count == 0 || LambdaCheaper[0].From > 0 ? 0
        : LambdaCheaper[0].To;

    /// <inheritdoc />
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("book"u8, book.Name);
        writer.WriteString("bookDate"u8, book.Date.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteString("currency"u8, book.Currency);
        writer.WriteNumber("memory"u8, workload.MemoryMB);
        writer.WriteString("architecture"u8, workload.Architecture);
        writer.WriteNumber("billedMs"u8, Round(lambda.BilledWarmMs));
        if (lambda.BilledColdMs is { } cold)
        {
            writer.WriteNumber("billedColdMs"u8, Round(cold));
        }

        writer.WriteNumber("costPerMillion"u8, Round(lambda.PerMillionRequests));
        writer.WriteStartObject("monthly"u8);
        writer.WriteNumber("requests"u8, requests);
        writer.WriteNumber("invocations"u8, Round(_monthly.Invocations));
        writer.WriteNumber("gbSeconds"u8, Round(_monthly.GbSeconds));
        writer.WriteNumber("requestFees"u8, Round(_monthly.Requests));
        writer.WriteNumber("compute"u8, Round(_monthly.Compute));
        writer.WriteNumber("ephemeralStorage"u8, Round(_monthly.EphemeralStorage));
        writer.WriteNumber("snapStart"u8, Round(_monthly.SnapStart));
        writer.WriteNumber("serviceFees"u8, Round(_monthly.ServiceFees));
        writer.WriteNumber("freeTier"u8, Round(_monthly.FreeTier));
        writer.WriteNumber("total"u8, Round(_monthly.Total));
        writer.WriteEndObject();
        if (host is not null)
        {
            WriteHost(writer, host);
        }

        writer.WriteEndObject();
    }

    /// <inheritdoc />
    public void AddRows(Table table) => table.Add(
        workload.MemoryMB.ToString(CultureInfo.InvariantCulture),
        workload.Architecture,
        string.Create(CultureInfo.InvariantCulture, $"{lambda.BilledWarmMs:0.###} ms"),
        Money(lambda.PerMillionRequests),
        Amount(requests),
        Money(_monthly.Total),
        host is null ? "-" : host.CountFor(requests).ToString(CultureInfo.InvariantCulture),
        host is null ? "-" : Money(HostTotal(host)),
        host is null ? "-" : Cheaper(host),
        host is null ? "-" : FirstBreakEven is { } first ? Amount(first) : "never");

    private void WriteHost(Utf8JsonWriter writer, FixedHost fixedHost)
    {
        writer.WriteStartObject("host"u8);
        writer.WriteNumber("count"u8, fixedHost.CountFor(requests));
        writer.WriteNumber("total"u8, Round(HostTotal(fixedHost)));
        writer.WriteEndObject();
        writer.WriteString("cheaper"u8, Cheaper(fixedHost));
        if (FirstBreakEven is { } first)
        {
            writer.WriteNumber("breakEven"u8, Math.Round(first));
        }

        writer.WriteStartArray("lambdaCheaper"u8);
        foreach ((double from, double? to) in LambdaCheaper)
        {
            writer.WriteStartObject();
            writer.WriteNumber("from"u8, Math.Round(from));
            if (to is { } end)
            {
                writer.WriteNumber("to"u8, Math.Round(end));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private double HostTotal(FixedHost fixedHost) => fixedHost.CountFor(requests) * fixedHost.PerMonth;

    private string Cheaper(FixedHost fixedHost) => _monthly.Total <= HostTotal(fixedHost) ? "lambda" : "host";

    private string Money(double amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:#,0.00} {book.Currency}");

    private static string Amount(double count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static double Round(double value) => Math.Round(value, 6);
}
