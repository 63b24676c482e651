using System.Text.Json;
using ServerlessInference.Models.Store;

namespace ServerlessInference.Models.Transfer;

/// <summary>An object that is being downloaded into a file.</summary>
/// <remarks>
/// Two more files allow another process to resume the download: the plan says which version of which object the file belongs to, and the
/// progress file is a <see cref="BlockMap"/>.
/// </remarks>
/// <param name="Item">The object.</param>
/// <param name="Path">The file.</param>
/// <param name="StatePath">The path of the plan and the progress file, without their extensions.</param>
internal sealed record StagedObject(IRemoteObject Item, string Path, string StatePath)
{
    public string ProgressPath => StatePath + ".progress";

    private string PlanPath => StatePath + ".plan";

    /// <summary>Keeps what an earlier process has downloaded of the same version, and deletes everything else.</summary>
    /// <returns>The space that the rest of the object needs.</returns>
    /// <remarks>
    /// A download without ranges is not resumed. That would save nothing, because it starts at the first byte again; and without an entity
    /// tag, two different contents may have the same version.
    /// </remarks>
    public SpaceNeed Prepare()
    {
        byte[] wanted = JsonSerializer.SerializeToUtf8Bytes(
            new TransferPlan(Item.Location, Item.Version, Item.Length, BlockMap.BlockSize), StoreJson.Default.TransferPlan);
        if (Item.AcceptsRanges && File.Exists(PlanPath) && File.ReadAllBytes(PlanPath).AsSpan().SequenceEqual(wanted))
        {
            using var resumed = new BlockMap(Item.Length, ProgressPath);
            var file = new FileInfo(Path);
            long length = file.Exists ? file.Length : 0;

            // The file can be shorter than the progress file claims if a process was killed while it deleted the directory.
            if (length >= resumed.End && length <= Item.Length)
            {
                return new SpaceNeed(resumed.MissingBytes, Item.Length - length);
            }
        }

        File.Delete(ProgressPath);
        File.Delete(Path);
        File.WriteAllBytes(PlanPath, wanted);
        return SpaceNeed.ForNewFiles(Item.Length);
    }
}
