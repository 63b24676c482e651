using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection;
using ServerlessInference.Vision.Detection.Heads;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Tests.Detection.Internal;

/// <summary>
/// Adds two tasks with nothing but the parts of detection: masks on a known head, and rotated boxes with a head and a suppression of their
/// own. Neither needs a change of an existing file.
/// </summary>
public sealed class FurtherTaskTests
{
    private static readonly DetectionTask Masks =
        new("segment", [KnownHeads.YoloV8], [KnownHeads.YoloV8], model => (int)model.Description.Outputs[1].Shape[1]);

    private static readonly HeadDefinition RotatedHead =
        new(DetectionHead.EndToEnd, "rotated [n, boxes, 7]", 0.5f, 0.5f, new RotatedHeadParts(), new RotatedHeadParts());

    private static readonly DetectionTask RotatedBoxes = new("obb", [RotatedHead], [RotatedHead]);

    [Fact]
    public async Task Postprocess_MasksOnAKnownHead_ReadsTheFurtherValuesOfKeptBoxes()
    {
        // Two boxes of one class that overlap, and one of the other class. A box has 4 values, 2 scores and 2 mask coefficients.
        const int Boxes = 21;
        float[] output = new float[8 * Boxes];
        SetBox(output, Boxes, 0, [16, 16, 16, 16, 0.9f, 0, 1, 0]);
        SetBox(output, Boxes, 1, [17, 16, 16, 16, 0.8f, 0, 5, 5]);
        SetBox(output, Boxes, 2, [16, 16, 16, 16, 0, 0.7f, 2, 3]);
        LoadedModel model = DetectionFixture.With("output0", 1, 8, Boxes).Output("output1", 1, 2, 8, 8).Input(1, 3, 32, 32)
            .Ultralytics("segment", classes: 2).Model();

        (int Class, float Sum)[] answer = await RunAsync(
            model,
            Masks,
            new MaskAnswer(),
            ("output0", TensorValue.Create(output, 1, 8, Boxes)),
            ("output1", TensorValue.Create([.. Enumerable.Repeat(1f, 64), .. Enumerable.Repeat(10f, 64)], 1, 2, 8, 8)));

        Assert.Equal([(0, 64f), (1, (2 * 64f) + (3 * 640f))], answer);
    }

    [Fact]
    public async Task Postprocess_HeadOfItsOwn_IsRecognisedDecodedAndSuppressed()
    {
        // Both boxes have the same extent. As axis-aligned boxes they would suppress each other.
        float[] output = [16, 16, 20, 4, 0.9f, 1, 0, 16, 16, 20, 4, 0.8f, 1, 1.5f];
        LoadedModel model = DetectionFixture.With("boxes", 1, 2, 7).Input(1, 3, 32, 32).Model();

        float[] angles = await RunAsync(model, RotatedBoxes, new AngleAnswer(), ("boxes", TensorValue.Create(output, 1, 2, 7)));

        Assert.Equal([0f, 1.5f], angles);
    }

    [Fact]
    public void Select_ModelOfAnotherTask_IsRefused()
    {
        LoadedModel boxes = DetectionFixture.With("output0", 1, 84, 8400).Output("output1", 1, 32, 160, 160)
            .Ultralytics("detect", 80).Model();
        LoadedModel masks = DetectionFixture.With("output0", 1, 116, 8400).Output("output1", 1, 32, 160, 160)
            .Ultralytics("segment", 80).Model();

        Assert.NotNull(new DetectionModel(boxes, new DetectionOptions(), Masks).Selection.Failure);
        Assert.NotNull(new DetectionModel(masks, new DetectionOptions(), DetectionTask.Boxes).Selection.Failure);
        Assert.Null(new DetectionModel(masks, new DetectionOptions(), Masks).Selection.Failure);
        Assert.Null(new DetectionModel(boxes, new DetectionOptions(), DetectionTask.Boxes).Selection.Failure);
    }

    [Fact]
    public void Select_NoMatchOfAHeadOfItsOwn_NamesTheHead()
    {
        LoadedModel model = DetectionFixture.With("boxes", 1, 2, 6).Input(1, 3, 32, 32).Model();

        string? failure = new DetectionModel(model, new DetectionOptions(), RotatedBoxes).Selection.Failure;

        Assert.Contains("not rotated [n, boxes, 7], because axis 2 has 6 values", failure, StringComparison.Ordinal);
    }

    private static async Task<TAnswer> RunAsync<TAnswer>(
        LoadedModel model, DetectionTask task, IDetectionAnswer<TAnswer> answer, params (string Name, InferenceValue Value)[] outputs)
    {
        var options = new DetectionOptions();
        using var batch = new InferenceBatch(model, 1);
        foreach ((string name, InferenceValue value) in outputs)
        {
            batch.SetOutput(name, value);
        }

        ImageBatchState state = batch.State(() => new ImageBatchState());
        state.Begin(1);
        state.Size = new ImageSize(32, 32);
        state.Transforms[0] = new LetterboxTransform(32, 32, 1, 1, 0, 0);
        var postprocessor = new DetectionPostprocessor<TAnswer>(new DetectionModels(options, task), options, answer);
        postprocessor.Prepare(model);
        var answers = new TAnswer[1];
        await postprocessor.PostprocessAsync(batch, answers, TestContext.Current.CancellationToken);
        return answers[0];
    }

    private static void SetBox(float[] output, int boxes, int box, float[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            output[(i * boxes) + box] = values[i];
        }
    }

    /// <summary>Sums the mask of each kept box: the prototypes, weighted by the coefficients of the box.</summary>
    private sealed class MaskAnswer : IDetectionAnswer<(int Class, float Sum)[]>
    {
        public void Prepare(LoadedModel model) => Assert.Equal(TensorElementType.Float, model.Description.Outputs[1].ElementType);

        public (int Class, float Sum)[] Create(in ImageDetections image, ReadOnlySpan<int> kept)
        {
            ReadOnlySpan<float> prototypes = image.Batch.GetFloatOutput(1).Row(image.Row);
            int pixels = prototypes.Length / image.Layout.FurtherValues;
            var sums = new (int Class, float Sum)[kept.Length];
            for (int i = 0; i < kept.Length; i++)
            {
                Candidate candidate = image.Candidates[kept[i]];
                sums[i].Class = candidate.Class;
                for (int k = 0; k < image.Layout.FurtherValues; k++)
                {
                    int row = YoloV8Decoder.BoxRows + image.Layout.Classes + k;
                    float coefficient = image.Output[(row * image.Layout.Boxes) + candidate.Box];
                    sums[i].Sum += coefficient * System.Numerics.Tensors.TensorPrimitives.Sum(prototypes.Slice(k * pixels, pixels));
                }
            }

            return sums;
        }
    }

    /// <summary>Answers with the angles of the boxes. Boxes with different angles do not suppress each other.</summary>
    private sealed class AngleAnswer : IDetectionAnswer<float[]>
    {
        public ReadOnlySpan<int> Suppress(in ImageDetections image, NonMaxSuppression suppression, in SuppressionSettings settings)
        {
            Assert.Equal(1, suppression.Run(image.Candidates, settings).Length);
            float[] angles = ReadAngles(image);
            return Enumerable.Range(0, angles.Length).DistinctBy(index => angles[index]).ToArray();
        }

        public float[] Create(in ImageDetections image, ReadOnlySpan<int> kept)
        {
            float[] angles = ReadAngles(image);
            return Array.ConvertAll(kept.ToArray(), index => angles[index]);
        }

        private static float[] ReadAngles(in ImageDetections image)
        {
            float[] angles = new float[image.Candidates.Length];
            for (int i = 0; i < angles.Length; i++)
            {
                angles[i] = image.Output[(image.Candidates[i].Box * RotatedHeadParts.Values) + RotatedHeadParts.Values - 1];
            }

            return angles;
        }
    }

    /// <summary>Recognises and decodes centre x, centre y, width, height, score, class, angle.</summary>
    private sealed class RotatedHeadParts : IHeadRecognizer, IHeadDecoder
    {
        public const int Values = 7;

        public string? GetMismatch(in HeadQuery query) => query.Axis2 is Values or < 0 ? null : $"axis 2 has {query.Axis2} values";

        public HeadLayout CreateLayout(in HeadQuery query) => new((int)query.Axis1, 0, query.Height, query.Width, FurtherValues: 1);

        public void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates)
        {
            for (int box = 0; box < layout.Boxes; box++)
            {
                ReadOnlySpan<float> item = output.Slice(box * Values, Values);
                float halfWidth = item[2] / 2;
                float halfHeight = item[3] / 2;
                if (item[4] > minScore)
                {
                    candidates.Add(new Candidate(
                        item[0] - halfWidth, item[1] - halfHeight, item[0] + halfWidth, item[1] + halfHeight, item[4], (int)item[5], box));
                }
            }
        }
    }
}
