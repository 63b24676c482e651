// Loads models in every way there is. Each measurement runs in a process of its own, which this program starts.
//   table FOLDER ROUNDS [OTHER]   every way, the models of FOLDER, medians, ratios of pairs, and whether the limits are kept;
//                                 OTHER is this program of another commit, to compare with
//   measure WAY FOLDER RUNS COLD  one measurement, as one line
//   warm FOLDER RUNS              warm runs of several sessions, in turns, in one process
//   cycles FOLDER COUNT           load, run and dispose, mapped from disk and from memory in turns
using System.Globalization;
using SessionBenchmark;

return args switch
{
    ["prepare", string folder] => await Preparation.RunAsync(folder).ConfigureAwait(false),
    ["table", string folder, string rounds] => await Comparison.RunAsync(folder, Number(rounds), null).ConfigureAwait(false),
    ["table", string folder, string rounds, string other] => await Comparison.RunAsync(folder, Number(rounds), other).ConfigureAwait(false),
    ["measure", string way, string folder, string runs, string cold] =>
        await Measurement.RunAsync(way, folder, Number(runs), cold == "cold").ConfigureAwait(false),
    ["warm", string folder, string runs] => await WarmRuns.RunAsync(folder, Number(runs)).ConfigureAwait(false),
    ["cycles", string folder, string count] => await Cycles.RunAsync(folder, Number(count)).ConfigureAwait(false),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine(
        "prepare FOLDER | table FOLDER ROUNDS [OTHER] | measure WAY FOLDER RUNS cold|warm | warm FOLDER RUNS | cycles FOLDER COUNT");
    return 2;
}
