using System.Text.Json;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Transfer;

/// <summary>An object on its way into a file, with beside it what another process needs to go on.</summary>
internal sealed record StagedObject(IRemoteObject Item, string Path, string Beside)
{
    public string Progress => Beside + ".progress";

    private string Plan => Beside + ".plan";

    /// <summary>Keeps what an earlier process left of the same version, and nothing else.</summary>
    /// <returns>What is missing.</returns>
    /// <remarks>An object that only comes from its beginning is not gone on with: that would save nothing, and versions without an entity tag may be two under one name.</remarks>
    public SpaceNeed Prepare()
    {
        byte[] wanted = JsonSerializer.SerializeToUtf8Bytes(
            new TransferPlan(Item.Location, Item.Version, Item.Length, BlockMap.BlockSize), StoreJson.Default.TransferPlan);
        if (Item.AcceptsRanges && File.Exists(Plan) && File.ReadAllBytes(Plan).AsSpan().SequenceEqual(wanted))
        {
            using var resumed = new BlockMap(Item.Length, Progress);
            var file = new FileInfo(Path);
            long length = file.Exists ? file.Length : 0;

            // Less than the progress says is there of a folder that a process was killed over deleting.
            if (length >= resumed.End && length <= Item.Length)
            {
                return new SpaceNeed(resumed.MissingBytes, Item.Length - length);
            }
        }

        File.Delete(Progress);
        File.Delete(Path);
        File.WriteAllBytes(Plan, wanted);
        return SpaceNeed.Of(Item.Length);
    }
}
