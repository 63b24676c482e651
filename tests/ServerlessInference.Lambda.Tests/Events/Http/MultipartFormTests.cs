using System.Globalization;
using System.Text;
using ServerlessInference.Lambda.Events.Http;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class MultipartFormTests
{
    private const string MutantsVariable = "SERVERLESS_INFERENCE_FUZZ_MUTANTS";

    [Theory]
    [InlineData("multipart/form-data; boundary=xyz", "xyz")]
    [InlineData("multipart/form-data;BOUNDARY=\"x y\"; charset=utf-8", "x y")]
    [InlineData("multipart/form-data; charset=utf-8; boundary= xyz ", "xyz")]
    [InlineData("multipart/form-data; comment=\"a;boundary=no\"; boundary=yes", "yes")]
    public void ReadBoundary_ContentType_IsFound(string contentType, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(MultipartForm.ReadBoundary(contentType)));

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data;")]
    [InlineData("multipart/form-data; boundary")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    public void ReadBoundary_None_Throws(string contentType) =>
        Assert.Contains(
            "names no boundary",
            Assert.Throws<InvalidInputException>(() => MultipartForm.ReadBoundary(contentType)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void ReadBoundary_LongerThanAllowed_Throws() =>
        Assert.Contains("at most 70", Assert.Throws<InvalidInputException>(
            () => MultipartForm.ReadBoundary("multipart/form-data; boundary=" + new string('x', 71))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_FormOfABrowser_GivesItsPartsInPlace()
    {
        byte[] form = Bytes(
            "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n" +
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" +
            "\r\n--bytes\r\n" +
            "--b--\r\n");

        List<FormPart> parts = MultipartForm.Read(form, "b"u8);

        Assert.Equal([("hello", false), ("\r\n--bytes", true)], parts.Select(part => (Text(part), part.IsFile)));
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(parts[1].Content, out ArraySegment<byte> segment));
        Assert.Same(form, segment.Array);
    }

    [Theory]
    [InlineData("a preamble\r\n--b\r\nX: 1\r\n\r\ntext\r\n--b--", "text")]
    [InlineData("--b \t\r\n\r\ntext\r\n--b--\r\nan epilogue", "text")]
    [InlineData("--b\r\n\r\n\r\n--b--", "")]
    [InlineData("--b\r\nX: 1\r\n\r\n--b--", "")]
    [InlineData("--b\r\nX: 1\r\n\r\n\r\n--b--", "")]
    [InlineData("--b\r\n\r\na\r\n--bc\r\nd\r\n--b--", "a\r\n--bc\r\nd")]
    public void Read_UnusualForms_AreReadAsTheirSpecificationSays(string form, string expected) =>
        Assert.Equal(expected, Text(Assert.Single(MultipartForm.Read(Bytes(form), "b"u8))));

    [Theory]
    [InlineData("form-data; name=\"f\"; filename=\"a.jpg\"", true)]
    [InlineData("form-data; name=\"f\"; filename=\"\"", true)]
    [InlineData("form-data; name=\"f\"; filename*=UTF-8''a.jpg", true)]
    [InlineData("form-data; name=f; FileName=a.jpg", true)]
    [InlineData("form-data; name=\"a\\\"; filename=b\"", false)]
    [InlineData("form-data; name=\"; filename=b\"", false)]
    [InlineData("form-data; name=\"f\"; filename=\"C:\\photos\\a.jpg\"", true)]
    [InlineData("form-data; filename", false)]
    [InlineData("form-data", false)]
    public void Read_Disposition_SaysWhetherThePartIsAFile(string disposition, bool isFile) =>
        Assert.Equal(isFile, Assert.Single(MultipartForm.Read(
            Bytes($"--b\r\ncontent-disposition: {disposition}\r\n\r\nx\r\n--b--"), "b"u8)).IsFile);

    [Fact]
    public void Read_TransferEncoding_IsKnownOrRefused()
    {
        Assert.True(Read("BASE64").IsBase64);
        Assert.False(Read("binary").IsBase64);
        Assert.Contains(
            "Content-Transfer-Encoding",
            Assert.Throws<InvalidInputException>(() => Read("quoted-printable")).Message,
            StringComparison.Ordinal);

        static FormPart Read(string encoding) => Assert.Single(
            MultipartForm.Read(Bytes($"--b\r\nContent-Transfer-Encoding: {encoding}\r\n\r\nx\r\n--b--"), "b"u8));
    }

    [Theory]
    [InlineData("", "boundary")]
    [InlineData("--b", "boundary")]
    [InlineData("--b\r\n", "a part ends before its content")]
    [InlineData("--b\r\nX: 1\r\n\r\ntext", "boundary")]
    [InlineData("--b\nX: 1\n\ntext\n--b--", "boundary")]
    public void Read_DamagedForm_Throws(string form, string expected) => Assert.Contains(
        expected, Assert.Throws<InvalidInputException>(() => MultipartForm.Read(Bytes(form), "b"u8)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_TooManyPartsOrHeaders_Throws()
    {
        string parts = string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", 2001)) + "--b--";
        string headers = "--b\r\nX: " + new string('x', 9000) + "\r\n\r\nx\r\n--b--";

        Assert.Equal(InvalidInputKind.TooLarge, Kind(parts));
        Assert.Equal(InvalidInputKind.TooLarge, Kind(headers));

        static InvalidInputKind Kind(string form) =>
            Assert.Throws<InvalidInputException>(() => MultipartForm.Read(Bytes(form), "b"u8)).Kind;
    }

    [Fact]
    public void Read_MutantsOfForms_AreReadOrRefused()
    {
        byte[] form = Bytes(
            "--b\r\nContent-Disposition: form-data; name=\"n\"; filename=\"a\\\"b\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n" +
            "--bb\r\n--b\r\n\r\n\r\n--b \r\nContent-Disposition: form-data; name=x\r\n\r\nx\r\n--b--\r\n");
        byte[] pool = "\r\n-b\":;= "u8.ToArray();
        int count = Environment.GetEnvironmentVariable(MutantsVariable) is { Length: > 0 } set
            ? int.Parse(set, CultureInfo.InvariantCulture)
            : 20_000;
        var random = new Random(7);
        int read = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = [.. form];
            for (int n = random.Next(1, 10); n > 0; n--)
            {
                mutant[random.Next(mutant.Length)] = pool[random.Next(pool.Length)];
            }

            try
            {
                List<FormPart> parts = MultipartForm.Read(mutant.AsMemory(0, random.Next(mutant.Length / 2, mutant.Length + 1)), "b"u8);

                Assert.InRange(parts.Sum(part => part.Content.Length), 0, mutant.Length);
                read++;
            }
            catch (InvalidInputException)
            {
                // One of the two allowed outcomes.
            }
        }

        Assert.InRange(read, 1, count - 1);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(FormPart part) => Encoding.UTF8.GetString(part.Content.Span);
}
