using System.Text.Json;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Transfer;

/// <summary>An object on its way into a file, with beside it what another process needs to go on.</summary>
internal sealed record StagedObject(IRemoteObject Item, string Path, string Beside)
{
    public string Progress => Beside + ".progress";

    private string Plan => Beside + ".plan";

    /// <summary>Keeps what an earlier process left of the same version, and nothing else.</summary>
    /// <returns>How many bytes are missing.</returns>
    public long Prepare()
    {
        byte[] wanted = JsonSerializer.SerializeToUtf8Bytes(
            new TransferPlan(Item.Location, Item.Version, Item.Length, BlockMap.BlockSize), StoreJson.Default.TransferPlan);
        if (File.Exists(Plan) && File.ReadAllBytes(Plan).AsSpan().SequenceEqual(wanted))
        {
            using var resumed = new BlockMap(Item.Length, Progress);
            long missing = resumed.MissingBytes;

            // Less than the progress says is there of a folder that a process was killed over deleting.
            if (new FileInfo(Path) is var file && (file.Exists ? file.Length : 0) >= resumed.End)
            {
                return missing;
            }
        }

        File.Delete(Progress);
        File.Delete(Path);
        File.WriteAllBytes(Plan, wanted);
        return Item.Length;
    }
}
