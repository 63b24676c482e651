namespace ServerlessInference.Vision;

/// <summary>
/// A small JPEG for the dry run of the request path while a model loads. It is baseline with subsampled colours, as most JPEG files are, so
/// that the dry run compiles the code that real images need.
/// </summary>
internal static class SampleImage
{
    // 48 x 32 pixels of noise over gradients, created for this purpose and written by libjpeg-turbo at quality 40.
    private const string Encoded =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gX" +
        "z/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAgADADASIAAhEBAxEB" +
        "/8QAFgABAQEAAAAAAAAAAAAAAAAAAwQG/8QAHxAAAwACAwADAQAAAAAAAAAAAAIDAREhQWExUYGh/8QAFwEBAQEBAAAAAAAAAAAAAAAAAwUEBv/EABgRAQ" +
        "EBAQEAAAAAAAAAAAAAAAMAAQIR/9oADAMBAAIRAxEAPwDPLLgVI+FKSFWXWijveeRGtMsddCrL7wULIVZbD67t5rTrLwVZb6/hQsufBVkFvdQNaRJDLLjj" +
        "A6y4x4Ksg9S481plkNiW+ihZaz8CLLwLUtxrTrL8yKstlGJeCrPwLUqBpf/Z";

    /// <summary>Gets the JPEG file.</summary>
    public static ReadOnlyMemory<byte> Jpeg { get; } = Convert.FromBase64String(Encoded);
}
