using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Cost;

/// <summary>The command <c>cost</c>: what a function costs a month, and from when on a host is cheaper.</summary>
internal static class CostCommand
{
    private const double DefaultRequests = 1e6, MostRequests = 1e13;

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var requests = new Option<double?>("--requests")
        {
            Description = "How many requests a month has: a number, also as 200k, 1.5M, 2G. Default: 1M.",
            HelpName = "N",
            CustomParser = ParseRequests,
        };
        var invoke = new Option<string?>("--invoke") { Description = "A file with the JSON that invoke wrote, or - for standard input: durations and memory sizes as measured.", HelpName = "FILE" };
        var freeTier = new Option<bool>("--free-tier") { Description = "Take off what is free every month." };
        var grain = CostOptions.Number("--grain", "What durations are rounded up to, ms. Default: as the price book says.", "MS", 0.001, 60_000);
        var book = new Option<string>("--book")
        {
            Description = "The prices: a book of the tool (2019, 2026), or a file.",
            HelpName = "NAME|FILE",
            DefaultValueFactory = _ => PriceBooks.Newest,
        };
        var plot = new Option<string?>("--plot") { Description = "A file that gets a drawing of the cost over the number of requests (SVG).", HelpName = "FILE" };
        var format = FormatOption.Create();
        var options = new CostOptions();
        var command = new Command("cost", "Say what a function costs a month, and from how many requests on a host is cheaper.") { requests, invoke };
        options.AddTo(command);
        foreach (Option option in new Option[] { freeTier, grain, book, plot, format })
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var prices = PriceBooks.Open(parsed.GetRequiredValue(book));
            IEnumerable<Workload> workloads = parsed.GetValue(invoke) is { } file
                ? (await InvokeMeasurement.ReadAsync(file, console, cancellationToken).ConfigureAwait(false)).Select(measured => options.Read(parsed, measured))
                : [options.Read(parsed, null)];
            var host = options.ReadHost(parsed);
            var count = parsed.GetValue(requests) ?? DefaultRequests;
            CostDocument[] documents =
            [
                .. workloads.Select(workload =>
                    new CostDocument(prices, workload, new LambdaCost(prices, workload, parsed.GetValue(freeTier), parsed.GetValue(grain)), count, host)),
            ];
            if (parsed.GetValue(plot) is { } drawing)
            {
                await File.WriteAllTextAsync(drawing, CostPlot.Draw(documents, host, count, prices.Currency), cancellationToken).ConfigureAwait(false);
            }

            await using var writer = new DocumentWriter(console, parsed.GetValue(format), CostDocument.Columns);
            foreach (var document in documents)
            {
                await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static double? ParseRequests(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        double factor = text.Length == 0 ? 1 : text[^1] switch { 'k' => 1e3, 'M' => 1e6, 'G' => 1e9, _ => 1 };
        if (double.TryParse(factor > 1 ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value * factor is >= 0 and <= MostRequests)
        {
            return value * factor;
        }

        result.AddError($"--requests is '{text}'; it must be a number of requests a month, such as 500000, 200k or 1.5M.");
        return null;
    }
}
