namespace ServerlessInference.Lambda.Events.Http;

/// <summary>A part of a form.</summary>
/// <param name="Content">The content, in the memory of the form.</param>
/// <param name="IsFile">Whether the part has a file name, even an empty one: browsers send that if no file was chosen.</param>
/// <param name="IsBase64">Whether the part declares that its content is base64.</param>
internal readonly record struct FormPart(ReadOnlyMemory<byte> Content, bool IsFile, bool IsBase64);
