using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessInference.Vision.Detection;

/// <summary>An upright rectangle in an image. In JSON it is an array <c>[left, top, right, bottom]</c>.</summary>
/// <remarks>Pixels of the original image as it is displayed, not rounded; 0, 0 is the top left corner of its first pixel.</remarks>
/// <param name="Left">Pixels, 0 to the image's width.</param>
/// <param name="Top">Pixels, 0 to the image's height.</param>
/// <param name="Right">Pixels, <paramref name="Left"/> to the image's width.</param>
/// <param name="Bottom">Pixels, <paramref name="Top"/> to the image's height.</param>
[JsonConverter(typeof(BoundingBoxJsonConverter))]
public readonly record struct BoundingBox(float Left, float Top, float Right, float Bottom)
{
    /// <summary>Gets the width in pixels.</summary>
    public float Width => Right - Left;

    /// <summary>Gets the height in pixels.</summary>
    public float Height => Bottom - Top;

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(Left);
        writer.WriteNumberValue(Top);
        writer.WriteNumberValue(Right);
        writer.WriteNumberValue(Bottom);
        writer.WriteEndArray();
    }
}
