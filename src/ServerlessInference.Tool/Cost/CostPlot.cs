using System.Globalization;
using System.Security;
using System.Text;

namespace ServerlessInference.Tool.Cost;

/// <summary>
/// Draws the monthly cost against the number of requests: one line per function, and steps for the hosts. The drawing is SVG 1.1 without
/// scripts and fonts.
/// </summary>
internal static class CostPlot
{
    private const int Width = 800, Height = 460, Left = 80, Right = 190, Top = 40, Bottom = 60;
    private const int Samples = 200;
    private const string Solid = "", Dashes = " stroke-dasharray=\"6 4\"";

    private static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b"];

    /// <summary>Creates the drawing.</summary>
    /// <param name="documents">The functions.</param>
    /// <param name="host">The hosts; may be null.</param>
    /// <param name="requests">The requested number of requests per month.</param>
    /// <param name="currency">The currency of the amounts.</param>
    public static string Draw(IReadOnlyList<CostDocument> documents, FixedHost? host, double requests, string currency)
    {
        double maxRequests = 1.2 * documents.Select(document => document.FirstBreakEven ?? 0).Append(requests).Append(1).Max();
        double maxCost = 1.1 * documents.Select(document => document.Lambda.Monthly(maxRequests).Total)
            .Append(host is null ? 0 : host.CountFor(maxRequests) * host.PerMonth).Append(0.01).Max();
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{Height}" viewBox="0 0 {Width} {Height}"
              font-family="sans-serif" font-size="12">
            <title>Cost per month against requests per month</title>
            <rect width="100%" height="100%" fill="white"/>

            """);
        Axes();
        for (int i = 0; i < documents.Count; i++)
        {
            CostDocument document = documents[i];
            string colour = Colours[i % Colours.Length];
            Line(Sampled(count => document.Lambda.Monthly(count).Total), colour, Solid);
            Legend(i, colour, Solid, $"Lambda, {document.Workload.MemoryMB:#,0} MB");
            if (document.FirstBreakEven is { } even and > 0 && even <= maxRequests)
            {
                double cost = document.Lambda.Monthly(even).Total;
                svg
                    .Append(CultureInfo.InvariantCulture, $"""<circle cx="{X(even):0.#}" cy="{Y(cost):0.#}" r="4" fill="{colour}"/>""")
                    .Append('\n');
                Text(X(even) + 6, Y(cost) + 18, $"break-even at {Short(even)}", "start");
            }
        }

        if (host is not null)
        {
            // Steps that are closer together cannot be distinguished in the drawing.
            Line(
                host.CountFor(maxRequests) <= Samples ? Steps(host) : Sampled(count => host.CountFor(count) * host.PerMonth),
                "#333333",
                Dashes);
            Legend(documents.Count, "#333333", Dashes, $"hosts at {host.PerMonth.ToString("#,0.00", CultureInfo.InvariantCulture)} each");
        }

        return svg.Append("</svg>\n").ToString();

        double X(double count) => Left + (count / maxRequests * (Width - Left - Right));

        double Y(double cost) => Height - Bottom - (cost / maxCost * (Height - Top - Bottom));

        IEnumerable<(double Count, double Cost)> Sampled(Func<double, double> cost) =>
            Enumerable.Range(0, Samples + 1).Select(sample => maxRequests * sample / Samples).Select(count => (count, cost(count)));

        IEnumerable<(double Count, double Cost)> Steps(FixedHost steps)
        {
            double count = 0.0;
            for (int hosts = 1; count < maxRequests; hosts++)
            {
                yield return (count, hosts * steps.PerMonth);
                count = Math.Min(maxRequests, hosts * steps.CapacityPerMonth);
                yield return (count, hosts * steps.PerMonth);
            }
        }

        void Axes()
        {
            foreach (double cost in Ticks(maxCost))
            {
                svg
                    .Append(CultureInfo.InvariantCulture, $"""<path d="M{Left} {Y(cost):0.#}H{Width - Right}" stroke="#dddddd"/>""")
                    .Append('\n');
                Text(Left - 8, Y(cost) + 4, cost.ToString("#,0.####", CultureInfo.InvariantCulture), "end");
            }

            foreach (double count in Ticks(maxRequests))
            {
                svg
                    .Append(CultureInfo.InvariantCulture, $"""<path d="M{X(count):0.#} {Height - Bottom}v4" stroke="black"/>""")
                    .Append('\n');
                Text(X(count), Height - Bottom + 18, Short(count), "middle");
            }

            svg
                .Append(
                    CultureInfo.InvariantCulture,
                    $"""<path d="M{Left} {Top}V{Height - Bottom}H{Width - Right}" fill="none" stroke="black"/>""")
                .Append('\n');
            Text((Left + Width - Right) / 2.0, Height - 18, "requests per month", "middle");
            Text(Left, Top - 14, $"{currency} per month", "middle");
        }

        void Line(IEnumerable<(double Count, double Cost)> points, string colour, string dashes)
        {
            string path = string.Join(
                ' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Count):0.#},{Y(point.Cost):0.#}")));
            svg
                .Append(
                    CultureInfo.InvariantCulture, $"""<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>""")
                .Append('\n');
        }

        void Legend(int row, string colour, string dashes, string text)
        {
            int y = Top + (row * 20);
            svg
                .Append(
                    CultureInfo.InvariantCulture,
                    $"""<path d="M{Width - Right + 12} {y}h20" stroke="{colour}" stroke-width="2"{dashes}/>""")
                .Append('\n');
            Text(Width - Right + 38, y + 4, text, "start");
        }

        void Text(double x, double y, string text, string anchor) =>
            svg
                .Append(
                    CultureInfo.InvariantCulture,
                    $"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">{SecurityElement.Escape(text)}</text>""")
                .Append('\n');
    }

    // Steps of 1, 2 or 5 times a power of ten, so that the axis has about six ticks.
    private static IEnumerable<double> Ticks(double max)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(max / 5)));
        double step = power * (max / 5 / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        return Enumerable.Range(0, (int)(max / step) + 1).Select(tick => tick * step);
    }

    private static string Short(double count) => count switch
    {
        >= 1e9 => (count / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " G",
        >= 1e6 => (count / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1e3 => (count / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        _ => count.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
