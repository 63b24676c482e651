namespace ServerlessInference.Tool.Cost;

/// <summary>From where to where, in requests a month, a function costs less than hosts.</summary>
internal static class BreakEven
{
    /// <summary>Beyond so many hosts nobody decides by this comparison any more.</summary>
    private const int MostHosts = 1000;

    private const double MostRequests = 1e15;

    /// <summary>Finds the ranges, by rising number of requests.</summary>
    /// <returns>Ranges with exclusive ends; the last has none where the function stays cheaper.</returns>
    public static IReadOnlyList<(double From, double? To)> RangesWhereLambdaIsCheaper(LambdaCost lambda, FixedHost host)
    {
        var ranges = new List<(double From, double? To)>();
        for (var hosts = 1; hosts <= MostHosts; hosts++)
        {
            var price = hosts * host.PerMonth;
            var from = hosts == 1 ? 0 : (hosts - 1) * host.CapacityPerMonth;
            var most = Math.Min(MostRequests, hosts * host.CapacityPerMonth);
            if (from >= most)
            {
                break;
            }

            if (lambda.Monthly(from).Total >= price)
            {
                continue;
            }

            var to = lambda.Monthly(most).Total <= price ? most : Crossing(lambda, price, from, most);
            if (ranges.Count > 0 && ranges[^1].To == from)
            {
                ranges[^1] = (ranges[^1].From, to);
            }
            else
            {
                ranges.Add((from, to));
            }
        }

        // Cheaper to the very end of what was looked at is cheaper for good.
        if (ranges.Count > 0 && ranges[^1].To >= Math.Min(MostRequests, MostHosts * host.CapacityPerMonth))
        {
            ranges[^1] = (ranges[^1].From, null);
        }

        return ranges;
    }

    private static double Crossing(LambdaCost lambda, double price, double from, double to)
    {
        for (var i = 0; i < 200 && to - from > 0.01; i++)
        {
            var middle = (from + to) / 2;
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
