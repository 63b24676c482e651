using ServerlessInference.Models;

namespace ServerlessInference.Tests.Models;

public sealed class MountTableTests
{
    private const string Mounts =
        "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n" +
        "30 21 0:26 / /tmp rw - tmpfs tmpfs rw\n" +
        "40 21 0:30 / /mnt/models rw,noatime shared:7 master:3 - nfs4 fs-1.efs.eu-central-1.amazonaws.com:/ rw,vers=4.1\n" +
        "41 40 0:31 / /mnt/models/local rw - ext4 /dev/vdb rw\n" +
        "42 21 0:32 / /mnt/with\\040space rw - fuse.s3fs s3fs rw\n" +
        "43 21 0:33 / /opt ro - squashfs /dev/vdc ro\n" +
        "damaged line\n";

    [Theory]
    [InlineData("/mnt/models/resnet/model.onnx", true)]
    [InlineData("/mnt/models", true)]
    [InlineData("/mnt/models/local/model.onnx", false)]
    [InlineData("/mnt/models2/model.onnx", false)]
    [InlineData("/mnt/with space/model.onnx", true)]
    [InlineData("/opt/resnet/model.onnx", false)]
    [InlineData("/tmp/model.onnx", false)]
    [InlineData("/var/task/model.onnx", false)]
    public void MayBeSlow_Path_DependsOnTheMountItIsOn(string path, bool expected) =>
        Assert.Equal(expected, MountTable.MayBeSlow(path, Mounts));

    [Fact]
    public void MayBeSlow_MountOverAnother_TheLastCounts() => Assert.False(MountTable.MayBeSlow(
        "/mnt/models/a", Mounts + "50 40 0:40 / /mnt/models rw - tmpfs tmpfs rw\n"));

    [Fact]
    public void MayBeSlow_MountsUnknown_IsFalse() => Assert.False(MountTable.MayBeSlow("/mnt/models/a", string.Empty));

    [Fact]
    public void MayBeSlow_ThisMachinesTemporaryFolder_IsLocal() =>
        Assert.False(MountTable.MayBeSlow(Path.GetTempPath(), MountTable.Read()));
}
