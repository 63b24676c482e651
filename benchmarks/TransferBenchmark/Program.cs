// transfer.sh calls this. Verbs:
//   prepare BUCKET MEGABYTES FOLDER        puts the object into the bucket, and the archive into the folder
//   forward ADDRESS PORT TARGET_PORT       passes connections on to 127.0.0.1, so that the server is reached over a limited link
//   serve ADDRESS PORT FOLDER              serves a folder by HTTP
//   run NAME BUCKET ARCHIVE_URI FOLDER ROUNDS   times every contender in turns, and prints medians and ratios
// The server is that of SERVERLESS_INFERENCE_S3_ENDPOINT, _ACCESS_KEY, _SECRET_KEY and _REGION.
using System.Globalization;
using ServerlessInference.TransferBenchmark;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["prepare", var bucket, var megabytes, var folder]:
        await Objects.PrepareAsync(bucket, int.Parse(megabytes), folder);
        return 0;
    case ["forward", var address, var port, var target]:
        await Forwarder.RunAsync(address, int.Parse(port), int.Parse(target));
        return 0;
    case ["serve", var address, var port, var folder]:
        await StaticServer.RunAsync(address, int.Parse(port), folder);
        return 0;
    case ["run", var name, var bucket, var archive, var folder, var rounds]:
        await new Contest(bucket, new Uri(archive), folder).RunAsync(name, int.Parse(rounds));
        return 0;
    default:
        Console.Error.WriteLine("Run benchmarks/transfer.sh.");
        return 2;
}
