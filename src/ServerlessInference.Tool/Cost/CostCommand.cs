using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Cost;

/// <summary>
/// The command <c>cost</c>: computes the monthly cost of a function, and the number of requests from which a host is cheaper.
/// </summary>
internal static class CostCommand
{
    private const double DefaultRequests = 1e6, MaxRequests = 1e13;

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var requests = new Option<double?>("--requests")
        {
            Description = "The requests per month: a number, also as 200k, 1.5M, 2G. Default: 1M.",
            HelpName = "N",
            CustomParser = ParseRequests,
        };
        var invoke = new Option<string?>("--invoke")
        {
            Description = "A file with the JSON that invoke wrote, or - for standard input: measured durations and memory sizes.",
            HelpName = "FILE",
        };
        var freeTier = new Option<bool>("--free-tier") { Description = "Deduct the monthly free tier." };
        Option<double?> grain = CostOptions.Number(
            "--grain", "The unit to which durations are rounded up, ms. Default: that of the price book.", "MS", 0.001, 60_000);
        var book = new Option<string>("--book")
        {
            Description = "The prices: a book of the tool (2019, 2026), or a file.",
            HelpName = "NAME|FILE",
            DefaultValueFactory = _ => PriceBooks.Newest,
        };
        var plot = new Option<string?>("--plot")
        {
            Description = "A file to which a drawing of the cost against the number of requests is written (SVG).",
            HelpName = "FILE",
        };
        Option<OutputFormat> format = FormatOption.Create();
        var options = new CostOptions();
        const string description = "Compute what a function costs per month, and the number of requests above which a host is cheaper.";
        var command = new Command("cost", description) { requests, invoke };
        options.AddTo(command);
        foreach (Option option in new Option[] { freeTier, grain, book, plot, format })
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            PriceBook prices = PriceBooks.Open(parsed.GetRequiredValue(book));
            IReadOnlyList<InvokeMeasurement?> measurements = [null];
            if (parsed.GetValue(invoke) is { } file)
            {
                measurements = await InvokeMeasurement.ReadAsync(file, console, cancellationToken).ConfigureAwait(false);
            }

            FixedHost? host = options.ReadHost(parsed);
            double count = parsed.GetValue(requests) ?? DefaultRequests;
            CostDocument[] documents =
            [
                .. measurements.Select(measured => options.Read(parsed, measured)).Select(workload => new CostDocument(
                    prices, workload, new LambdaCost(prices, workload, parsed.GetValue(freeTier), parsed.GetValue(grain)), count, host)),
            ];
            if (parsed.GetValue(plot) is { } drawing)
            {
                await File.WriteAllTextAsync(
                    drawing, CostPlot.Draw(documents, host, count, prices.Currency), cancellationToken).ConfigureAwait(false);
            }

            await using var writer = new DocumentWriter(console, parsed.GetValue(format), CostDocument.Columns);
            foreach (CostDocument document in documents)
            {
                await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static double? ParseRequests(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        double factor = text.Length == 0 ? 1 : text[^1] switch { 'k' => 1e3, 'M' => 1e6, 'G' => 1e9, _ => 1 };
        string number = factor > 1 ? text[..^1] : text;
        if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value * factor is >= 0 and <= MaxRequests)
        {
            return value * factor;
        }

        result.AddError($"--requests is '{text}'; it must be a number of requests per month, such as 500000, 200k or 1.5M.");
        return null;
    }
}
