namespace ServerlessInference.Tool.Cost;

/// <summary>Finds the ranges, in requests per month, in which a function costs less than hosts.</summary>
internal static class BreakEven
{
    /// <summary>The search ends at this number of hosts; with so many, nobody decides by this comparison any more.</summary>
    private const int MaxHosts = 1000;

    private const double MaxRequests = 1e15;

    /// <summary>Finds the ranges, in ascending order.</summary>
    /// <returns>Ranges with exclusive ends. The last one has no end if the function stays cheaper.</returns>
    public static IReadOnlyList<(double From, double? To)> RangesWhereLambdaIsCheaper(LambdaCost lambda, FixedHost host)
    {
        var ranges = new List<(double From, double? To)>();
        for (int hosts = 1; hosts <= MaxHosts; hosts++)
        {
            double price = hosts * host.PerMonth;
            double from = hosts == 1 ? 0 : (hosts - 1) * host.CapacityPerMonth;
            double max = Math.Min(MaxRequests, hosts * host.CapacityPerMonth);
            if (from >= max)
            {
                break;
            }

            if (lambda.Monthly(from).Total >= price)
            {
                continue;
            }

            double to = lambda.Monthly(max).Total <= price ? max : Crossing(lambda, price, from, max);
            if (ranges.Count > 0 && ranges[^1].To == from)
            {
                ranges[^1] = (ranges[^1].From, to);
            }
            else
            {
                ranges.Add((from, to));
            }
        }

        // A function that is cheaper up to the end of the search is considered cheaper for any number of requests.
        if (ranges.Count > 0 && ranges[^1].To >= Math.Min(MaxRequests, MaxHosts * host.CapacityPerMonth))
        {
            ranges[^1] = (ranges[^1].From, null);
        }

        return ranges;
    }

    private static double Crossing(LambdaCost lambda, double price, double from, double to)
    {
        for (int i = 0; i < 200 && to - from > 0.01; i++)
        {
            double middle = (from + to) / 2;
            if (lambda.Monthly(middle).Total < price)
            {
                from = middle;
            }
            else
            {
                to = middle;
            }
        }

        return to;
    }
}
